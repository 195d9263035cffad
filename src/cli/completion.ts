import { bashCompletion, fishCompletion, zshCompletion } from './completion-scripts.ts'
import { type Command, EXIT } from './io.ts'
import { UsageError } from './options.ts'

const SHELLS: Readonly<Record<string, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** `cocod completion SHELL`: a script for that shell on standard output, made from the table of commands. */
export const completion: Command = async ([shell = '', ...more], { stdout }) => {
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
  if (!script || more.length > 0) {
    throw new UsageError('which shell is to complete?', 'cocod completion bash, zsh or fish')
  }
  await new Promise<void>((resolve) => stdout.write(script(), () => resolve()))
  return EXIT.ok
}

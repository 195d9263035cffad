import { UsageError } from './options.ts'

export type OwnOptions<Name extends string> = Readonly<Partial<Record<Name, string>>>

/**
 * Separates a command's own `--name value` and `--name=value` from the flags of the configuration.
 *
 * @throws UsageError for a name without a value
 */
export function takeOptions<const Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): { own: OwnOptions<Name>; rest: readonly string[] } {
  const own: Partial<Record<Name, string>> = {}
  const rest: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    const name = names.find((each) => arg === `--${each}` || arg.startsWith(`--${each}=`))
    if (!name) rest.push(arg)
    else {
      const value = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[++i]
      if (value === undefined) throw new UsageError(`--${name} needs a value`)
      own[name] = value
    }
  }
  return { own, rest }
}

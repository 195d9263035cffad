import { PassThrough } from 'node:stream'

/** A stream in place of standard output, and everything that was written to it. */
export function collected(columns?: number) {
  const parts: Buffer[] = []
  const stdout = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns }),
  })
  stdout.on('data', (bytes: Buffer) => parts.push(bytes))
  return { stdout, text: (): string => Buffer.concat(parts).toString() }
}

/** The `default` of a switch over a tagged union: the compiler refuses it when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}

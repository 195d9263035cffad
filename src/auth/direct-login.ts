/** Where a login wants to go without passing the menu. The names are as typed: the menu room resolves them. */
export interface DirectTarget {
  /** Absent: the only or the best one the person may use there. */
  readonly systemUser?: string
  readonly asset: string
}

export interface LoginName {
  readonly username: string
  readonly direct?: DirectTarget
}

/** Core keeps 128 characters of each of the three names; what is longer is nobody's name. */
const LONGEST = 1024

/**
 * Reads the user name of an SSH login: `USER@SYSTEMUSER@ASSET`, `USER#SYSTEMUSER#ASSET` or `USER#ASSET`. A single `@`
 * belongs to the user name, so do those before the last two (`alice@example.com@root@web-1`), and all of them where
 * there is a `#`. Whatever has an empty user or asset, or is longer than any such names, is taken as a plain name.
 */
export function parseLoginName(raw: string): LoginName {
  if (raw.length > LONGEST) return { username: raw }
  const separator = raw.includes('#') ? '#' : '@'
  const parts = raw.split(separator)
  if (parts.length < 2 || (separator === '@' && parts.length < 3)) return { username: raw }
  const asset = parts.at(-1) ?? ''
  const systemUser = parts.length > 2 ? parts.at(-2) : ''
  const username = parts.slice(0, parts.length > 2 ? -2 : -1).join(separator)
  if (username === '' || asset === '') return { username: raw }
  return { username, direct: systemUser ? { systemUser, asset } : { asset } }
}

/** The user name that leads to a target; undefined where no way of writing it is read back as the same. */
export function loginNameOf(username: string, { systemUser, asset }: DirectTarget): string | undefined {
  const parts = systemUser === undefined ? [username, asset] : [username, systemUser, asset]
  return ['@', '#']
    .map((separator) => parts.join(separator))
    .find((name) => {
      const read = parseLoginName(name)
      return (
        read.username === username && read.direct?.asset === asset && read.direct.systemUser === systemUser
      )
    })
}

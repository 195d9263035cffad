import { z } from 'zod'
import { AddressRanges } from '../../base/address-ranges.ts'

/** One key of config.ini: the schema gives its type and default, the rest its documentation. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** What config.example.ini says of it. */
  readonly about: string
  /** Shown in config.example.ini. */
  readonly example: string
  /** Never a flag (argv is readable by everybody), never printed. */
  readonly secret?: true
  /** A path: a relative one in the file counts from the file's directory. */
  readonly path?: true
}

export const text = z.string().trim().min(1)
const noPort = { error: 'not a port (0 to 65535)' }
export const port = z.coerce.number(noPort).int(noPort).min(0, noPort).max(65_535, noPort)
export const count = (most: number) => z.coerce.number({ error: 'not a number' }).int().min(1).max(most)
export const minutes = z.coerce.number({ error: 'not a number' }).min(0).max(100_000)
export const onOff = z.stringbool({ error: 'neither yes nor no' })
/** Words separated by commas; none is an empty list. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
)
/** Addresses and networks separated by commas. */
export const ranges = list.transform((texts, context) => {
  try {
    return new AddressRanges(texts)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    context.addIssue(`${error.message} is neither an address nor a network like 10.0.0.0/8`)
    return z.NEVER
  }
})
export const url = z.url({ protocol: /^https?$/, error: 'not an http:// or https:// address' })

export const setting = <Schema extends z.ZodType>(each: Setting<Schema>): Setting<Schema> => each

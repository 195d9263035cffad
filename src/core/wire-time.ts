/** Core's time form: `YYYY-MM-DD HH:MM:SS +0800`, whole seconds. Also takes ISO 8601 with an offset. */
const FORM = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)? ?(?:(Z)|([+-])(\d\d):?(\d\d))$/

/** ms since the epoch, or undefined where the text is no time with an offset. */
export function parseTime(text: string): number | undefined {
  const found = FORM.exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const offset = found[7] ? 0 : (Number(found[9]) * 60 + Number(found[10])) * (found[8] === '-' ? -1 : 1)
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  if (new Date(at).getUTCMonth() !== month - 1 || hour > 23 || minute > 59 || second > 59) return undefined
  return at - offset * 60_000
}

/** As core takes it, in UTC: `2019-08-26 10:00:00 +0000`. Parts of a second are cut off. */
export function formatTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  return `${date} ${time.slice(0, 8)} +0000`
}

/** Core's time form, in UTC: `2019-08-26 10:00:00 +0000`. Whole seconds; parts of one are cut off. */
export function formatTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  return `${date} ${time.slice(0, 8)} +0000`
}

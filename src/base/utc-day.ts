/** The UTC day of a time (ms since the epoch), `2026-08-26`: a directory of sessions or replays. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** A time as core tells it, `2019-08-26 10:00:00 +0000`: whole seconds; our zone is UTC. */
export const coreTime = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} +0000`

export const coreTimeOrNull = (at: number | null): string | null => (at === null ? null : coreTime(at))

/** The UTC day of a time, `2019-08-26`: the folder of a replay. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** Core refuses a signed Date that lies further in the past (Jumpserver 1.x: 15 minutes). */
export const MOST_SKEW_SECONDS = 900

/** `skew` is core's clock less ours, in ms, measured from the Date header of core's answers. */
export function skewSentence(skew: number | undefined): string | undefined {
  if (skew === undefined) return undefined
  const seconds = Math.round(Math.abs(skew) / 1000)
  return `this machine's clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} core's`
}

import { language } from './texts.ts'

const date = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-CA', {
  dateStyle: 'short',
  timeStyle: 'short',
})

/** A moment, in ms since the epoch, in this browser's zone. */
export const dateText = (at: number): string => date.format(at)

/** `12 s`, `3 min`, `2 h 5 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

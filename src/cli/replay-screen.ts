import { shortId } from '../audit/catalogue.ts'
import type { Player } from '../audit/player.ts'
import { ERASE_BELOW, RESTORE_SCREEN } from '../terminal/ansi.ts'

/** xterm's window operations 22 and 23: the title is put on a stack, and taken from it. */
export const SAVE_TITLE = '\x1b[22;2t'
const RESTORE_TITLE = '\x1b[23;2t'
const title = (text: string): string => `\x1b]2;${text}\x07`

/** The window's title while a recording plays: whatever stands on the screen belongs to the recording. */
export const playingTitle = (id: string, { paused, speed }: Pick<Player, 'paused' | 'speed'>): string =>
  title(
    [`replay ${shortId(id)}`, ...(speed === 1 ? [] : [`${speed}x`]), ...(paused ? ['paused'] : [])].join(
      '  ',
    ),
  )

/** Back to a healthy terminal, on a line of its own below what was played. */
export const afterPlaying = (id: string, how: 'end' | 'stopped'): string =>
  `${RESTORE_SCREEN}${RESTORE_TITLE}\r\n${ERASE_BELOW}── ${how === 'end' ? 'End' : 'Stopped'}: ${shortId(id)}\r\n`

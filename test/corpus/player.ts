import { setImmediate } from 'node:timers/promises'
import type { DetectedCommand } from '../../src/audit/command-detector.ts'
import { ScreenCommandDetector } from '../../src/audit/commands/detector.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import type { CorpusSession } from './format.ts'

/** After so long without an event the detector has caught up, as it has in a daemon. */
const PAUSE_MS = 500

/**
 * Feeds a session to the detector as the recorder of a daemon does: the same class, bytes in the order they passed
 * the bastion, at the times they did, and what waits is worked off in between.
 */
export async function play({ size, events }: CorpusSession): Promise<DetectedCommand[]> {
  const clock = new ManualClock()
  const commands: DetectedCommand[] = []
  const errors: unknown[] = []
  const detector = new ScreenCommandDetector({
    size,
    pty: { term: 'xterm-256color', modes: {} },
    clock,
    onCommand: (command) => commands.push(command),
    onError: (error) => errors.push(error),
  })
  let typed = false
  for (const [after, kind, ...data] of events) {
    // A look is an event of its own; before the first key it would be one that no daemon has.
    if (after >= PAUSE_MS && typed) await detector.line()
    clock.advance(after)
    const [first, second] = data
    if (kind === 'r') detector.resize({ columns: Number(first), rows: Number(second) })
    else if (kind === 'o') detector.output(Buffer.from(String(first), 'latin1'))
    else detector.input(Buffer.from(String(first), 'latin1'))
    typed ||= kind === 'i'
    await setImmediate()
  }
  if (typed) await detector.line()
  await detector.close()
  if (errors.length > 0) throw errors[0]
  return commands
}

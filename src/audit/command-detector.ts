import type { Clock } from '../base/clock.ts'
import type { Pty, Size } from '../terminal/terminal.ts'

/**
 * How sure a command record is (docs/architecture.md, "Commands"):
 * - `exact`: given as an exec request, or a shell-integration mark agreed with the screen or the keys
 * - `screen`: read from the screen the person saw
 * - `typed`: from the keys alone
 */
export type Confidence = 'exact' | 'screen' | 'typed'

/** One command a person ran, as it is kept in `commands.ndjson`. */
export interface DetectedCommand {
  /** One line, without the prompt, never blank. */
  readonly input: string
  /** What it printed, without control sequences, cut to a bound of the detector's own. */
  readonly output: string
  /** ms since the epoch. */
  readonly at: number
  readonly confidence: Confidence
  /** It came by paste. */
  readonly pasted: boolean
}

/** Finds the commands in a session. No call waits or throws; the work is done off the hot path. */
export interface CommandDetector {
  /** What the asset sent. The bytes may be kept, they are never changed by the caller. */
  output(bytes: Uint8Array): void
  /** What the person sent. */
  input(bytes: Uint8Array): void
  resize(size: Size): void
  /** Works off what is queued, hands out the last command and lets go of everything. Never rejects. */
  close(): Promise<void>
}

export interface CommandDetectorOptions {
  readonly size: Size
  readonly pty: Pty | undefined
  readonly clock?: Clock
  readonly onCommand: (command: DetectedCommand) => void
  /** Told once when the detection gave up; the session goes on without it. */
  readonly onError?: (error: unknown) => void
}

export type CommandDetectorFactory = (options: CommandDetectorOptions) => CommandDetector

import type { Clock } from '../base/clock.ts'
import type { Pty, Size } from '../terminal/terminal.ts'

/**
 * How sure a command record is (docs/architecture.md, "Commands"):
 * - `exact`: given as an exec request, or a shell-integration mark agreed with the screen or the keys
 * - `screen`: read from the screen the person saw
 * - `typed`: from the keys alone
 */
export type Confidence = 'exact' | 'screen' | 'typed'

/** What a command rule said of a line. */
export interface RuleHit {
  /** As the person reads it: its comment or content, and the beginning of its id. */
  readonly rule: string
  /**
   * - `denied`: the line was not run
   * - `allowed`: it was, because of this rule
   * - `would-deny`: it was, but only because the rules are being tried out (dry run)
   */
  readonly verdict: 'denied' | 'allowed' | 'would-deny'
}

/** A line that a rule spoke of, for the record. */
export interface JudgedLine extends RuleHit {
  /** Never what was typed without echo. */
  readonly text: string
}

/** The line that a person is editing, as far as keys and screen tell. */
export interface EditedLine {
  /** The asset's line editor says that it is active, or not; undefined: it has never said so. */
  readonly editor: boolean | undefined
  /** A full-screen program is on. */
  readonly alternate: boolean
  /** The line by the keys. */
  readonly typed: string
  /** Only keys were pressed whose effect is known. */
  readonly sure: boolean
  /** What was typed is seen, or nothing was typed. */
  readonly echoed: boolean
  /** Keys and screen agree. */
  readonly exact: boolean
  /** What the line may be by the screen. */
  readonly texts: readonly string[]
  /** The whole line that the cursor is on, prompt and all. */
  readonly row: string
  /** The part of it up to the cursor. */
  readonly before: string
}

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
  /** The command rule that spoke of it. */
  readonly hit?: RuleHit | undefined
}

/** Finds the commands in a session. No call waits or throws; the work is done off the hot path. */
export interface CommandDetector {
  /** What the asset sent. The bytes may be kept, they are never changed by the caller. */
  output(bytes: Uint8Array): void
  /** What the person sent. */
  input(bytes: Uint8Array): void
  resize(size: Size): void
  /** The line as it stands when all that was handed over so far is seen. Undefined when the detection gave up. */
  line(): Promise<EditedLine | undefined>
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

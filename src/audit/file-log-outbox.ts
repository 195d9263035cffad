import type { FileLogRecord } from '../core/model.ts'
import type { AppendOptions } from './append-file.ts'
import type { FileLogFacts, FileLogs } from './audit.ts'
import { DeadLetters } from './dead-letter.ts'
import { FileLogQueue, type FileLogQueueOptions, type FileLogQueueStats } from './file-log-queue.ts'
import { FileLogWriter } from './file-log-writer.ts'

export interface FileLogOutboxOptions
  extends Pick<FileLogQueueOptions, 'core' | 'clock' | 'log' | 'retentionDays' | 'directory'>,
    Pick<AppendOptions, 'sync' | 'graceMs'> {
  /** Directory for what core refuses for good. */
  readonly deadLetterRoot: string
}

/** The file logs of all doors: one file that grows, which is the record here and the queue to core at once. */
export class FileLogOutbox implements FileLogs {
  readonly #writer: FileLogWriter
  readonly #queue: FileLogQueue

  constructor(options: FileLogOutboxOptions) {
    const { directory, clock, log, deadLetterRoot } = options
    const onLost = (err: unknown): void => log.error({ err }, 'file logs could not be brought to the disk')
    this.#writer = new FileLogWriter(directory, { ...options, onLost })
    this.#queue = new FileLogQueue({
      ...options,
      deadLetters: new DeadLetters({ root: deadLetterRoot, clock, log }),
      firstOwn: () => this.#writer.first,
      again: (entry) => this.#writer.add(entry),
    })
  }

  async add(record: FileLogRecord, facts?: FileLogFacts): Promise<void> {
    await this.#writer.add({ record, facts })
    this.#queue.added(record.at)
  }

  /** Begins to send. */
  start(): void {
    this.#queue.start()
  }

  /** Core answers again. */
  retryNow(): void {
    this.#queue.wake()
  }

  get stats(): FileLogQueueStats {
    return this.#queue.stats
  }

  /** Nothing is added any more. Sends what can be sent until `deadline` fires. */
  async close(deadline: AbortSignal): Promise<void> {
    await this.#writer.close()
    await this.#queue.close(deadline)
  }
}

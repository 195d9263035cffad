import { randomUUID } from 'node:crypto'
import type { FileLogs, Recorder, Recording } from '../audit/audit.ts'
import type { Clock } from '../base/clock.ts'
import { blankControls } from '../base/escape.ts'
import type { FileLogRecord, SessionRecord, SystemUser } from '../core/model.ts'
import type { Log } from '../log.ts'
import type { TransferredFile } from '../terminal/zmodem.ts'
import type { AssetLineParts } from './asset-line.ts'
import { type NoticeContext, notice } from './notices.ts'

/** What is set for an asset's line. */
export type LineOptions = Pick<AssetLineParts, 'charset' | 'backspace'>

export interface LineRequest {
  readonly options: LineOptions
  readonly record: SessionRecord
  readonly systemUser: SystemUser
  readonly recorder: Recorder & Pick<Recording, 'transfer'>
  readonly context: NoticeContext
  readonly fileLogs: FileLogs
  readonly clock: Clock
  readonly log: Log
  /** The person is not idle. */
  readonly onMove: () => void
  /** A transfer could not be written down: the session must not go on. */
  readonly onUnrecorded: (cause: unknown) => void
}

const ACTIONS = { download: 'download_file', upload: 'upload_file' } as const

/** Binds the line of a session to its record, its rights and the person's screen. */
export function linePartsOf(request: LineRequest): AssetLineParts {
  const { options, systemUser, recorder, context, clock, log, onMove } = request
  return {
    ...options,
    recordKeys: (bytes) => recorder.input(bytes),
    tell: (news, charset) => notice(context, `session.encoding.${news}`, { charset }),
    zmodem: {
      clock,
      onMove,
      allowed: (direction) => systemUser.actions.includes(ACTIONS[direction]),
      onFile: (file) => noteFile(file, request),
      onEnd: (outcome, direction, bytes) => {
        recorder.event({ kind: 'gap', bytes })
        log.info({ outcome, direction, bytes }, 'zmodem transfer ended')
        if (outcome === 'refused') notice(context, `session.zmodem.${direction}-refused`)
        if (outcome === 'silent') notice(context, 'session.zmodem.silent')
      },
    },
  }
}

function noteFile(
  file: TransferredFile,
  { record, recorder, fileLogs, clock, onUnrecorded }: LineRequest,
): void {
  const { direction, bytes, sha256, outcome, durationMs } = file
  const name = blankControls(file.name)
  const at = clock.now()
  const operate = direction === 'download' ? 'Download' : 'Upload'
  const isSuccess = outcome === 'complete'
  recorder.event({ kind: 'transfer', direction, file: name, bytes, sha256, outcome })
  recorder.transfer({
    ...{ operate, path: name, success: isSuccess, bytes, at, durationMs, client: 'zmodem' },
    ...(sha256 !== undefined && { sha256 }),
    ...(!isSuccess && { reason: outcome }),
  })
  const { user, asset, systemUser, orgId, remoteAddr, id: session } = record
  const entry: FileLogRecord = {
    ...{ id: randomUUID(), user, asset, systemUser, orgId, remoteAddr, at },
    ...{ operate, filename: name, isSuccess },
  }
  const facts = { session, protocol: 'zmodem', bytes, sha256: sha256 ?? null, outcome }
  fileLogs.add(entry, facts).catch(onUnrecorded)
}

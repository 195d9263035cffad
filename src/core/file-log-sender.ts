import { hasField, refusal } from './answer.ts'
import { CoreError } from './core-error.ts'
import type { FileLogRecord } from './model.ts'
import { sessionAddress } from './remote-addr.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { cut, cutFilled, plain } from './wire-text.ts'

/** Failures in a row after which 4-byte characters are replaced: a MySQL `utf8` column refuses them for ever. */
const PLAIN_AFTER = 2

/** Operations on files to core: POST /api/audits/v1/ftp-log/, one a call. */
export class FileLogSender {
  readonly #core: Core
  readonly #auth: { readonly kind: 'key'; readonly key: AccessKey }
  #failures = 0

  constructor({ core, key }: { core: Core; key: AccessKey }) {
    this.#core = core
    this.#auth = { kind: 'key', key }
  }

  /** The id is a random UUID of ours: "must be unique" means that it is already there. */
  async send(record: FileLogRecord, signal?: AbortSignal): Promise<void> {
    const body = fileLogBody(record)
    try {
      const answer = await this.#core.send(
        {
          step: 'store file log',
          method: 'POST',
          path: '/api/audits/v1/ftp-log/',
          auth: this.#auth,
          body: this.#failures >= PLAIN_AFTER ? withoutAstral(body) : body,
        },
        signal,
      )
      const isThere = answer.status === 400 && hasField(answer.body, 'id')
      if (answer.status !== 201 && !isThere) throw refusal(answer)
      this.#failures = 0
    } catch (error) {
      if (error instanceof CoreError && error.status === 500) this.#failures += 1
      throw error
    }
  }
}

type FileLogBody = ReturnType<typeof fileLogBody>

/** Lengths in code points. `org_id` may be empty, but not null. */
const fileLogBody = ({ id, isSuccess, ...record }: FileLogRecord) => ({
  id,
  user: cutFilled(record.user, 128, '-'),
  asset: cutFilled(record.asset, 1024, '-'),
  org_id: cut(record.orgId, 36),
  system_user: cutFilled(record.systemUser, 128, '-'),
  remote_addr: sessionAddress(record.remoteAddr),
  operate: record.operate,
  filename: cutFilled(record.filename, 1024, '-'),
  is_success: isSuccess,
})

const withoutAstral = (body: FileLogBody): FileLogBody => ({
  ...body,
  user: plain(body.user),
  asset: plain(body.asset),
  system_user: plain(body.system_user),
  filename: plain(body.filename),
})

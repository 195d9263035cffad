import { createWriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Request } from 'express'
import { syncDirectory } from '../../base/atomic-file.ts'
import { reasonOf } from '../../base/fault.ts'
import { systemCode } from '../../base/system-error.ts'
import { utcDay } from '../../base/utc-day.ts'
import { type Call, NOT_FOUND, type Reply, type Resource } from './resource.ts'
import type { SessionRow, Sessions } from './sessions.ts'

const MOST_BYTES = 8 * 1024 ** 3
const NO_FILE: Reply = { status: 401, body: { msg: { file: ['No file was submitted.'] } } }

/** Replays as files: `<directory>/<UTC day of the start>/<session id>.replay.gz`. */
export class Replays {
  readonly #directory: string
  readonly #sessions: Sessions
  #count = 0

  constructor(directory: string, sessions: Sessions) {
    this.#directory = directory
    this.#sessions = sessions
  }

  get resources(): readonly Resource[] {
    return [
      {
        path: '/api/terminal/v1/sessions/:session/replay/',
        access: 'terminal',
        ownBody: 'POST',
        methods: { GET: (call) => this.#find(call), POST: (call) => this.#receive(call) },
      },
    ]
  }

  /** Removes what uploads that were cut by the end of an earlier run have left. */
  async clean(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    for (const entry of await readdir(this.#directory, { withFileTypes: true, recursive: true })) {
      if (entry.isFile() && entry.name.endsWith('.part'))
        await rm(join(entry.parentPath, entry.name), { force: true })
    }
  }

  /** The file of `/media/replay/<day>/<name>`. */
  path(day: string, name: string): string {
    return join(this.#directory, day, name)
  }

  async #find({ params }: Call): Promise<Reply> {
    const session = this.#sessions.byId(params['session'] ?? '')
    if (!session || !(await exists(this.#pathOf(session)))) return NOT_FOUND
    return { status: 200, body: { type: 'json', src: urlOf(session) } }
  }

  async #receive({ params, request }: Call): Promise<Reply> {
    const session = this.#sessions.byId(params['session'] ?? '')
    if (!session) {
      request.resume()
      return NOT_FOUND
    }
    const path = this.#pathOf(session)
    const part = `${path}.${process.pid}-${this.#count++}.part`
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      if (!(await storeUpload(request, part))) return NO_FILE
      await publish(part, path)
      return { status: 201, body: { url: urlOf(session) } }
    } catch (fault) {
      return { status: 400, body: { msg: reasonOf(fault) } }
    } finally {
      await rm(part, { force: true })
    }
  }

  #pathOf(session: SessionRow): string {
    return this.path(utcDay(session.date_start), `${session.id}.replay.gz`)
  }
}

const urlOf = ({ id, date_start }: SessionRow): string =>
  `/media/replay/${utcDay(date_start)}/${id}.replay.gz`

/** Streams the part named `file` to `path`; false when there is none. Rejects when it does not arrive whole. */
async function storeUpload(request: Request, path: string): Promise<boolean> {
  if (!request.is('multipart/form-data')) {
    request.resume()
    return false
  }
  const form = busboy({
    headers: request.headers,
    limits: { files: 1, fields: 8, parts: 9, fileSize: MOST_BYTES },
  })
  let stored: Promise<void> | undefined
  form.on('file', (name, file) => {
    if (name === 'file' && stored === undefined) stored = storePart(file, path)
    else file.resume()
    // A fault of the file's stream is the fault of the form, which is awaited below.
    stored?.catch((fault: unknown) => form.destroy(fault instanceof Error ? fault : new Error(String(fault))))
  })
  await pipeline(request, form)
  await stored
  return stored !== undefined
}

async function storePart(file: Readable & { truncated?: boolean }, path: string): Promise<void> {
  await pipeline(file, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  if (file.truncated) throw new Error(`the replay is larger than ${MOST_BYTES} bytes`)
}

/** Gives a stored file its name unless there is one of that name: the first upload wins. Survives a power cut. */
async function publish(part: string, path: string): Promise<void> {
  await using file = await open(part, 'r')
  await file.sync()
  try {
    await link(part, path)
  } catch (fault) {
    if (systemCode(fault) !== 'EEXIST') throw fault
  }
  await syncDirectory(dirname(path))
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

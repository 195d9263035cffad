import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { pathFromText } from '../../files/byte-path.ts'
import { say } from '../../i18n/i18n.ts'
import type { Log } from '../../log.ts'
import { handled } from '../answers.ts'
import { Budget } from '../budget.ts'
import type { Caller, Callers } from '../callers.ts'
import { WebError } from '../web-error.ts'
import { CHANGING } from './changing.ts'
import { type Exchange, sendFile } from './download.ts'
import { LOOKING } from './looking.ts'
import { Params } from './params.ts'
import type { Answer, CommandRequest } from './request.ts'
import { targetOf } from './request.ts'
import { noFile, troubleText } from './trouble.ts'
import { type Form, readForm, upload } from './upload.ts'
import { rootOf, type Volume } from './volume.ts'
import type { Volumes } from './volumes.ts'
import { promiseZip, sendZip } from './zip.ts'

export interface ConnectorParts {
  readonly callers: Callers
  readonly volumes: Volumes
  readonly log: Log
}

/** Bytes of uploads that wait for assets, of all people together. */
const MOST_HELD = 256 * 2 ** 20
/** A page's own word for itself. */
const Sid = z
  .string()
  .max(128)
  .regex(/^[\w/#.-]*$/)
const DOWNLOADS: ReadonlySet<string> = new Set(['file', 'zipdl'])

/**
 * elFinder's API 2.1 at luna's addresses, `/<asset id or _>/` (docs/luna.md). Everything is asked by GET but uploads;
 * what changes something proves by `csrf` (a parameter or X-CSRF-Token) that our page asks. A no is `{error: [sentence]}`.
 */
export class Connector {
  readonly #parts: ConnectorParts
  readonly #budget = new Budget(MOST_HELD)

  constructor(parts: ConnectorParts) {
    this.#parts = parts
  }

  get router(): Router {
    const router = Router()
    const answer = handled((request, response) => this.#answer(request, response))
    router.get('/:host', answer)
    router.post(
      '/:host',
      express.urlencoded({ extended: false, limit: '256kb', parameterLimit: 4000 }),
      answer,
    )
    return router
  }

  async #answer(request: Request, response: Response): Promise<void> {
    const { callers, log } = this.#parts
    try {
      const caller = await callers.caller(request, response, { changes: false })
      using form = await this.#read(request)
      await this.#run(form, caller, { request, response })
    } catch (error) {
      // The browser sees a transfer that broke off.
      if (response.headersSent) return void response.destroy()
      log.info({ err: error }, 'a file manager was refused something')
      this.#refuse(request, response, error)
    }
  }

  async #read(request: Request): Promise<Form> {
    if (request.is('multipart/form-data')) return await readForm(request, this.#budget)
    const given: unknown = request.method === 'POST' ? request.body : request.query
    const pairs = Object.entries(Values.parse(given ?? {})).flatMap(([name, value]) =>
      [value].flat().map((each) => [name, each] as const),
    )
    return { params: Params.of(pairs), files: [], [Symbol.dispose]: () => undefined }
  }

  async #run(form: Form, { identity, visitor, signal }: Caller, at: Exchange): Promise<void> {
    const { params } = form
    const { request, response } = at
    const command = params.need('cmd')
    if (command === 'upload' || Object.hasOwn(CHANGING, command))
      this.#parts.callers.prove(identity, request.get('x-csrf-token') ?? params.get('csrf'))
    const sid = Sid.parse(params.get('sid') ?? '')
    await this.#parts.volumes.use(identity, sid, async (volume) => {
      const place = placeOf(volume, request, params)
      const asked: CommandRequest = { volume, ...place, params, signal, language: visitor.language }
      if (command === 'file') await sendFile(volume, targetOf(asked), at)
      else if (command === 'zipdl' && params.is('download')) await sendZip(asked, at)
      else {
        const answer = await this.#command(command, asked, form)
        response.set('Cache-Control', 'no-store').json(answer)
      }
    })
  }

  async #command(name: string, asked: CommandRequest, form: Form): Promise<Answer> {
    if (name === 'upload') return await upload(asked, form)
    if (name === 'zipdl') return await promiseZip(asked)
    if (name === 'ping') return {}
    const command = Object.hasOwn(CHANGING, name)
      ? CHANGING[name]
      : Object.hasOwn(LOOKING, name) && LOOKING[name]
    if (!command) throw unknownCommand(name)
    return await command(asked)
  }

  #refuse(request: Request, response: Response, error: unknown): void {
    const { language } = this.#parts.callers.visitor(request)
    const isNobody = error instanceof WebError && error.code === 'WEB_NOBODY'
    const text = error instanceof z.ZodError ? say(language, 'web.malformed') : troubleText(language, error)
    const isDownload = DOWNLOADS.has(String(request.query['cmd'])) && request.query['download'] !== undefined
    response.status(isNobody ? 401 : isDownload ? 409 : 200).set('Cache-Control', 'no-store')
    // A download is looked at by a person, without a page's script.
    if (isDownload) response.type('text').send(`${text}\n`)
    else response.json({ error: [text] })
  }
}

const Values = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** Where the page's volume begins, and where the page does: at an account's files, if it names one. */
function placeOf(volume: Volume, request: Request, params: Params): Pick<CommandRequest, 'root' | 'start'> {
  const host = String(request.params['host'])
  const assetId = host === '_' ? undefined : host
  const root = rootOf(volume.tree, assetId)
  if (!root) throw noFile(pathFromText(host))
  const account = params.get('account')
  const start = assetId && account ? volume.tree.directoryOf(assetId, account) : undefined
  return { root, start: start ?? root.path }
}

const unknownCommand = (name: string): WebError =>
  new WebError('WEB_UNKNOWN_COMMAND', {
    step: 'serve a file manager',
    message: `the file manager asked for “${name.slice(0, 40)}”, which is not offered`,
    next: 'use another way for it',
  })

import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import type { Log } from '../log.ts'
import type { AppService } from './app-service.ts'
import { AppService04 } from './era04/app-service-04.ts'
import { BeatForm04 } from './era04/beat-form.ts'
import { Heartbeat, type HeartbeatParts } from './heartbeat.ts'
import type { HeldKey } from './held-key.ts'
import { HttpAppService } from './http-app-service.ts'
import { KeyWatch } from './key-watch.ts'
import { LateAppService } from './late-app-service.ts'
import type { Task } from './model.ts'
import { warnOfPlainHttp } from './plain-http.ts'
import { obtainAccessKey, type RegistrationOptions } from './registration.ts'
import { SettingsReader } from './settings.ts'
import { signRaw } from './sign.ts'
import { CoreTransport } from './transport.ts'
import type { Waiting } from './waiting.ts'

export interface CoreLinkOptions {
  /** CORE_HOST. */
  readonly address: string
  /** PEM text of CORE_CA_FILE. */
  readonly ca?: string | undefined
  /** Of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, for CORE_HOST. */
  readonly proxy?: URL | undefined
  readonly registration: RegistrationOptions
  /** Where core's ids of sessions are kept, if it makes them itself (API_VERSION 0.4). */
  readonly proxyLogDirectory: string
  readonly clock: Clock
  readonly log: Log
  readonly liveSessions: () => readonly string[]
  readonly onTask: (task: Task, service: AppService) => Promise<void>
  readonly onWaiting: (waiting: Waiting) => void
  /** Core answers again after a silence. */
  readonly onReturn: () => void
}

/** The link to core: registered, beating, its settings read anew; closed with its scope. */
export class CoreLink {
  readonly #options: CoreLinkOptions
  readonly #scope: Scope
  readonly #late = new LateAppService()
  readonly #transport: CoreTransport
  #waitingFor: string | undefined = 'registration'
  #heartbeat: Heartbeat | undefined
  #keyWatch: KeyWatch | undefined
  #beatAt: number | undefined

  constructor(options: CoreLinkOptions, scope: Scope) {
    this.#options = options
    this.#scope = scope
    const { address, clock, ca, proxy, registration } = options
    const signing = registration.apiVersion === '0.4' ? signRaw : undefined
    this.#transport = scope.own(new CoreTransport({ address, clock, ca, proxy, signing }))
  }

  /** Usable at once: until `connect` is through, core counts as away. */
  get service(): AppService {
    return this.#late.service
  }

  /** What the link is waiting for, or why core refuses it; undefined when it stands. */
  get waitingFor(): string | undefined {
    return this.#waitingFor ?? this.#keyWatch?.trouble
  }

  /** Monotonic time of the last heartbeat that core answered. */
  get beatAt(): number | undefined {
    return this.#beatAt
  }

  /** Core's clock less ours, in ms; undefined before its first answer. */
  get clockSkew(): number | undefined {
    return this.#transport.clockSkew
  }

  /** Resolves when this bastion is registered. Waits as long as core does not answer; throws what waiting cannot mend. */
  async connect(signal: AbortSignal): Promise<void> {
    const { clock, log, registration, onWaiting, onTask, onReturn, liveSessions } = this.#options
    const core = this.#transport
    const waiting = (state: Waiting): void => {
      this.#waitingFor = `${state.address}: ${state.reason}`
      onWaiting(state)
    }
    warnOfPlainHttp(core.address, log)
    const key = await obtainAccessKey({ core, clock, log, options: registration, onWaiting: waiting }, signal)
    const level = registration.apiVersion === '0.4' ? this.#level04(key) : await this.#level15(key, signal)
    this.#late.arrive(level.service)
    const keyWatch = this.#scope.own(new KeyWatch({ core, clock, log, options: registration, key }))
    this.#keyWatch = keyWatch
    this.#heartbeat = new Heartbeat({
      ...{ core, key, clock, log, liveSessions, onReturn, ...level.beat },
      onTask: (task) => onTask(task, this.service),
      onOutcome: (error) => {
        if (error === undefined) this.#beatAt = clock.monotonic()
        keyWatch.note(error)
      },
    })
    this.#scope.own(this.#heartbeat).start()
    level.start()
    this.#waitingFor = undefined
  }

  async #level15(key: HeldKey, signal: AbortSignal): Promise<Level> {
    const { clock, log } = this.#options
    const parts = { core: this.#transport, key, clock, log }
    const settings = this.#scope.own(new SettingsReader(parts))
    await settings.refresh(signal).catch((err: unknown) => log.warn({ err }, 'settings of core not read yet'))
    const service = new HttpAppService({ ...parts, settings })
    const intervalSeconds = () => settings.current.heartbeatSeconds
    const sessionBody = (id: string) => service.sessionBody(id)
    return { service, beat: { intervalSeconds, sessionBody }, start: () => settings.start() }
  }

  #level04(key: HeldKey): Level {
    const { clock, log, proxyLogDirectory } = this.#options
    const parts = { core: this.#transport, key, clock, log, proxyLogDirectory }
    const service = this.#scope.own(new AppService04(parts))
    const form = new BeatForm04({ sessionOf: (id) => service.sessionOf(id), log })
    const intervalSeconds = () => service.settings.heartbeatSeconds
    return { service, beat: { form, intervalSeconds }, start: () => service.start() }
  }

  /** Tells core once more which sessions live: the last word of a shutdown. Never throws. */
  async lastBeat(signal: AbortSignal): Promise<void> {
    await this.#heartbeat?.beat(signal).catch((err: unknown) => {
      this.#options.log.warn({ err }, 'the last heartbeat did not reach core')
    })
  }
}

/** What is different from one API of core to another. */
interface Level {
  readonly service: AppService
  readonly beat: Pick<HeartbeatParts, 'form' | 'intervalSeconds' | 'sessionBody'>
  /** Begins what goes on beside the calls. */
  start(): void
}

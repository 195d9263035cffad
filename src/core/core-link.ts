import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import type { Log } from '../log.ts'
import type { AppService } from './app-service.ts'
import { Heartbeat } from './heartbeat.ts'
import { HttpAppService } from './http-app-service.ts'
import { LateAppService } from './late-app-service.ts'
import type { Task } from './model.ts'
import { obtainAccessKey, type RegistrationOptions } from './registration.ts'
import { SettingsReader } from './settings.ts'
import { CoreTransport } from './transport.ts'
import type { Waiting } from './waiting.ts'

export interface CoreLinkOptions {
  /** CORE_HOST. */
  readonly address: string
  readonly registration: RegistrationOptions
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

  constructor(options: CoreLinkOptions, scope: Scope) {
    this.#options = options
    this.#scope = scope
    this.#transport = scope.own(new CoreTransport({ address: options.address, clock: options.clock }))
  }

  /** Usable at once: until `connect` is through, core counts as away. */
  get service(): AppService {
    return this.#late.service
  }

  /** What the link is waiting for; undefined when it stands. */
  get waitingFor(): string | undefined {
    return this.#waitingFor
  }

  /** Resolves when this bastion is registered. Waits as long as core does not answer; throws what waiting cannot mend. */
  async connect(signal: AbortSignal): Promise<void> {
    const { clock, log, registration, onWaiting, onTask, onReturn, liveSessions } = this.#options
    const core = this.#transport
    const waiting = (state: Waiting): void => {
      this.#waitingFor = `${state.address}: ${state.reason}`
      onWaiting(state)
    }
    const key = await obtainAccessKey({ core, clock, log, options: registration, onWaiting: waiting }, signal)
    const settings = this.#scope.own(new SettingsReader({ core, key, clock, log }))
    await settings.refresh(signal).catch((err: unknown) => log.warn({ err }, 'settings of core not read yet'))
    this.#late.arrive(new HttpAppService({ core, key, clock, log, settings }))
    const intervalSeconds = () => settings.current.heartbeatSeconds
    this.#heartbeat = new Heartbeat({
      ...{ core, key, clock, log, liveSessions, intervalSeconds, onReturn },
      onTask: (task) => onTask(task, this.service),
    })
    this.#scope.own(this.#heartbeat).start()
    settings.start()
    this.#waitingFor = undefined
  }

  /** Tells core once more which sessions live: the last word of a shutdown. Never throws. */
  async lastBeat(signal: AbortSignal): Promise<void> {
    await this.#heartbeat?.beat(signal).catch((err: unknown) => {
      this.#options.log.warn({ err }, 'the last heartbeat did not reach core')
    })
  }
}

import type { AppService } from './app-service.ts'
import { CoreError } from './core-error.ts'

/** An AppService that can be handed out before this bastion is registered: until then core is simply away. */
export class LateAppService {
  #real: AppService | undefined

  /** From now on everything goes to `real`. */
  arrive(real: AppService): void {
    this.#real = real
  }

  readonly service: AppService = this.#delegate()

  #delegate(): AppService {
    const now = (): AppService => this.#real ?? this.#away()
    const settings = () => this.#real?.settings ?? {}
    return {
      get settings() {
        return settings()
      },
      authenticate: async (...args) => await now().authenticate(...args),
      authenticateOtp: async (...args) => await now().authenticateOtp(...args),
      userByCookie: async (...args) => await now().userByCookie(...args),
      connectionToken: async (...args) => await now().connectionToken(...args),
      targetById: async (...args) => await now().targetById(...args),
      assets: async (...args) => await now().assets(...args),
      nodes: async (...args) => await now().nodes(...args),
      nodeAssets: async (...args) => await now().nodeAssets(...args),
      prepare: async (...args) => await now().prepare(...args),
      permission: async (...args) => (this.#real ? await this.#real.permission(...args) : 'unknown'),
      createSession: async (...args) => await now().createSession(...args),
      finishSession: async (...args) => await now().finishSession(...args),
      sendCommands: async (...args) => await now().sendCommands(...args),
      commandsStored: async (...args) => await now().commandsStored(...args),
      uploadReplay: async (...args) => await now().uploadReplay(...args),
      markReplay: async (...args) => await now().markReplay(...args),
      sendFileLog: async (...args) => await now().sendFileLog(...args),
      finishTask: async (...args) => await now().finishTask(...args),
    }
  }

  #away(): never {
    throw new CoreError('CORE_UNAVAILABLE', 'unavailable', {
      step: 'reach core',
      message: 'this bastion is not registered with core yet',
      next: 'look at what the log is waiting for',
    })
  }
}

import { Fault } from '../base/fault.ts'
import { connectionInternals } from './internals.ts'

const USERAUTH = 'ssh-userauth'
/** More than any client makes tries. */
const MOST = 50

/**
 * Lets a client ask for the login service before each of its tries, as paramiko does and OpenSSH's server allows. The
 * library ends the connection at the second request.
 */
export function allowRepeatedServiceRequests(connection: object): void {
  const { _protocol: protocol } = connectionInternals(connection)
  const handlers: unknown = Reflect.get(protocol, '_handlers')
  const accept: unknown = Reflect.get(protocol, 'serviceAccept')
  const first: unknown = isObject(handlers) ? handlers['SERVICE_REQUEST'] : undefined
  if (!isObject(handlers) || typeof first !== 'function' || typeof accept !== 'function')
    throw unknownLibrary()
  let asked = 0
  handlers['SERVICE_REQUEST'] = (transport: unknown, service: unknown): void => {
    asked += 1
    const again = asked > 1 && asked <= MOST && service === USERAUTH
    if (again && Reflect.get(connection, 'authenticated') === false)
      Reflect.apply(accept, protocol, [service])
    else Reflect.apply(first, handlers, [transport, service])
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const unknownLibrary = (): Fault =>
  new Fault('SSH2_INTERNALS', {
    step: 'use ssh2',
    message: 'service requests of the ssh2 library are not handled as in version 1.17.0',
    next: 'Install exactly the version that package.json names.',
  })

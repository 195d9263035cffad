import { serverConnectionInternals, sessionInternals } from './internals.ts'

/**
 * To be called when the peer closes a session channel. The library only half forgets one in which neither shell nor
 * command was started: it never answers (RFC 4254 section 5.3) and keeps the session, so that opening and closing
 * fills the memory. Does nothing where something was started.
 */
export function closeBareSession(connection: object, session: object): void {
  const { _channel, _chanInfo } = sessionInternals(session)
  if (_channel !== undefined) return
  const { _chanMgr, _protocol } = serverConnectionInternals(connection)
  _chanMgr.remove(_chanInfo.incoming.id)
  _protocol.channelClose(_chanInfo.outgoing.id)
}

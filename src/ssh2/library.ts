// The only import of the ssh2 package. It is CommonJS: named value imports fail.
import ssh2 from 'ssh2'
import { Fault } from '../base/fault.ts'

export type {
  Algorithms,
  AnyAuthMethod,
  AuthContext,
  AuthenticationType,
  Client as SshClient,
  ClientChannel,
  ClientInfo,
  ConnectConfig,
  Connection,
  KeyboardAuthContext,
  NegotiatedAlgorithms,
  ParsedKey,
  PasswordAuthContext,
  Prompt,
  PseudoTtyInfo,
  PublicKeyAuthContext,
  Server as SshServer,
  ServerChannel,
  ServerConfig,
  Session,
  WindowChangeInfo,
} from 'ssh2'

/** The revision of patches/ssh2.mjs this code is written for. */
export const PATCH_REVISION = 3

requirePatch(ssh2)

export const { Client, Server, utils } = ssh2

/** Without the patch long pastes break connections and a hostile peer fills the memory: no start without it. */
export function requirePatch(library: object): void {
  const found: unknown = 'cocodPatch' in library ? library.cocodPatch : undefined
  if (found === PATCH_REVISION) return
  throw new Fault('SSH2_UNPATCHED', {
    step: 'load ssh2',
    message: `the ssh2 library in node_modules is ${found === undefined ? 'not patched' : 'patched for another version'}`,
    next: 'In a clone run: node scripts/patch-ssh2.mjs. Otherwise install the package again.',
  })
}

import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Secret } from '../../base/secret.ts'
import type { InventorySource } from '../inventory.ts'
import { same } from './authentication.ts'
import { parseFields, text } from './fields.ts'
import type { Call, Reply, Resource } from './resource.ts'
import type { Terminals } from './terminals.ts'

interface RegistrationParts {
  readonly terminals: Terminals
  readonly inventory: InventorySource
  readonly bootstrapToken: Secret
  readonly clock: Clock
}

const NewTerminal = z.object({
  name: text({ max: 32 }),
  comment: text({ max: 10_000, blank: true, optional: true, nullable: true }),
})

/** Registration with the bootstrap token, and the settings a registered terminal reads. */
export const registrationResources = (parts: RegistrationParts): readonly Resource[] => [
  {
    path: '/api/terminal/v2/terminal-registrations/',
    access: 'open',
    methods: { POST: (call) => register(parts, call) },
  },
  {
    path: '/api/terminal/v1/terminal/config/',
    access: 'terminal',
    methods: { GET: () => ({ status: 200, body: SETTINGS }) },
  },
]

function register({ terminals, inventory, bootstrapToken, clock }: RegistrationParts, call: Call): Reply {
  const [keyword = '', ...words] = (call.request.headers.authorization ?? '').split(/\s+/)
  const token = bootstrapToken.reveal()
  if (keyword !== 'BootstrapToken' || token === '' || !same(words.at(-1) ?? '', token)) {
    return { status: 403, body: { detail: 'Authentication credentials were not provided.' } }
  }
  const parsed = parseFields(NewTerminal, call.body)
  if (!parsed.ok) return { status: 400, body: parsed.faults }
  const name = parsed.data.name ?? ''
  const comment = parsed.data.comment ?? ''
  // Service accounts share the namespace of users.
  const taken = [...inventory.current.users.values()].some(({ username }) => username === name)
  const terminal = taken ? undefined : terminals.register({ name, comment, now: clock.now() })
  if (!terminal) return { status: 400, body: { name: ['name not unique'] } }
  const account = { id: terminal.userId, name, access_key: terminal.accessKey }
  return { status: 201, body: { name, comment, service_account: account } }
}

/** Core's defaults. Standalone has no settings page: what is set locally holds where these agree with it. */
const SETTINGS = {
  TERMINAL_ASSET_LIST_PAGE_SIZE: 'auto',
  TERMINAL_ASSET_LIST_SORT_BY: 'hostname',
  TERMINAL_COMMAND_STORAGE: { TYPE: 'server' },
  TERMINAL_HEADER_TITLE: null,
  TERMINAL_HEARTBEAT_INTERVAL: 20,
  TERMINAL_HOST_KEY: '',
  TERMINAL_PASSWORD_AUTH: true,
  TERMINAL_PUBLIC_KEY_AUTH: true,
  TERMINAL_REPLAY_STORAGE: { TYPE: 'server' },
  TERMINAL_SESSION_KEEP_DURATION: 9999,
  TERMINAL_TELNET_REGEX: '',
  SECURITY_MAX_IDLE_TIME: 30,
}

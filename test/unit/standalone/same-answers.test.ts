import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { sign } from '../../../src/core/sign.ts'
import { type CoreDouble, startCoreDouble } from '../../fixtures/core-double.ts'
import { IDS, startWorld, type World } from './world.ts'

const SESSION = '3979ac20-b6ba-56a5-9e76-67d0eb7c3d1f'
const UNKNOWN = '040263bf-b4d3-4085-b7f7-36a6e6e2afb0'
const SESSIONS = '/api/terminal/v1/sessions/'
const USER = `/api/perms/v1/users/${IDS.zhang}`
const VALIDATE = '/api/perms/v1/asset-permissions/user/validate/'
const FTP = '/api/audits/v1/ftp-log/'
const COMMAND = '/api/terminal/v1/command/'
const TOKEN = '/api/authentication/v1/connection-token/'

const session = {
  ...{ id: SESSION, user: '张三 (zhangsan)', asset: 'web-01', org_id: '', system_user: 'root' },
  ...{ login_from: 'ST', remote_addr: '203.0.113.7', is_finished: false },
  ...{ date_start: '2026-03-01 12:00:00 +0000', date_end: null },
}
const command = {
  ...{ user: 'a', asset: 'web-01', system_user: 'root', input: 'ls', output: '', session: SESSION },
  ...{ org_id: '', timestamp: Math.floor(Date.UTC(2026, 2, 1, 12) / 1000) },
}
const file = {
  ...{ id: UNKNOWN, user: 'a', asset: 'web-01', org_id: '', system_user: 'root', remote_addr: null },
  ...{ operate: 'Upload', filename: '/a', is_success: true },
}
const ask = (action: string, user = IDS.zhang, asset = IDS.web): string =>
  `${VALIDATE}?user_id=${user}&asset_id=${asset}&system_user_id=${IDS.root}${action && `&action_name=${action}`}`

type Call = readonly [what: string, method: string, path: string, body?: unknown]

/** In this order: later ones build on what earlier ones made. */
const CALLS: readonly Call[] = [
  ['profile', 'GET', '/api/users/v1/profile/'],
  ['a user', 'GET', `/api/users/v1/users/${IDS.zhang}/`],
  ['an unknown user', 'GET', `/api/users/v1/users/${UNKNOWN}/`],
  ['heartbeat', 'POST', '/api/terminal/v1/terminal/status/', { sessions: [] }],
  ['heartbeat without a list', 'POST', '/api/terminal/v1/terminal/status/', { sessions: null }],
  ['session', 'POST', SESSIONS, session],
  ['session again', 'POST', SESSIONS, session],
  ['session without organisation', 'POST', SESSIONS, { ...session, id: randomUUID(), org_id: undefined }],
  [
    'session over IPv6',
    'POST',
    SESSIONS,
    { ...session, id: randomUUID(), remote_addr: '2001:db8::1234:5678' },
  ],
  ['session by telnet', 'POST', SESSIONS, { ...session, id: randomUUID(), protocol: 'telnet' }],
  ['session of nobody', 'POST', SESSIONS, { ...session, id: randomUUID(), user: ' ' }],
  ['session with a long name', 'POST', SESSIONS, { ...session, id: randomUUID(), user: 'x'.repeat(129) }],
  ['session read', 'GET', `${SESSIONS}${SESSION}/`],
  [
    'session finished',
    'PATCH',
    `${SESSIONS}${SESSION}/`,
    { is_finished: true, date_end: '2026-03-01T12:05:00Z' },
  ],
  ['session has replay', 'PATCH', `${SESSIONS}${SESSION}/`, { has_replay: true }],
  ['unknown session', 'PATCH', `${SESSIONS}${UNKNOWN}/`, { is_finished: true }],
  ['sessions', 'GET', `${SESSIONS}?limit=1`],
  ['commands', 'POST', COMMAND, [command, { ...command, input: 'exit' }]],
  ['commands with a blank one', 'POST', COMMAND, [command, { ...command, input: ' ' }]],
  ['no commands', 'POST', COMMAND, []],
  ['one command without its list', 'POST', COMMAND, command],
  ['commands read', 'GET', `${COMMAND}?limit=5&date_from=0`],
  ['file log', 'POST', FTP, file],
  ['file log again', 'POST', FTP, file],
  ['file log with a long word', 'POST', FTP, { ...file, id: randomUUID(), operate: 'x'.repeat(17) }],
  ['file log without a name', 'POST', FTP, { ...file, id: randomUUID(), filename: '' }],
  ['file log with a null organisation', 'POST', FTP, { ...file, id: randomUUID(), org_id: null }],
  ['file logs in a list', 'POST', FTP, [file]],
  ['replay of an unknown session', 'GET', `${SESSIONS}${UNKNOWN}/replay/`],
  ['unknown task', 'PATCH', `/api/terminal/v1/tasks/${UNKNOWN}/`, { is_finished: true }],
  ['assets', 'GET', `${USER}/assets/?id=${IDS.web}`],
  ['assets of an unknown user', 'GET', `/api/perms/v1/users/${UNKNOWN}/assets/`],
  ['assets of an unknown node', 'GET', `${USER}/nodes/${UNKNOWN}/assets/`],
  ['permission', 'GET', ask('connect')],
  ['no permission', 'GET', ask('connect', IDS.zhang, IDS.db)],
  ['permission for a misspelt action', 'GET', ask('conect')],
  ['permission for no action', 'GET', ask('')],
  ['permission of an unknown user', 'GET', ask('connect', UNKNOWN)],
  ['permission on an unknown asset', 'GET', ask('connect', IDS.zhang, UNKNOWN)],
  ['secrets', 'GET', `/api/assets/v1/system-user/${IDS.root}/asset/${IDS.web}/auth-info/`],
  ['secrets of an unknown account', 'GET', `/api/assets/v1/system-user/${UNKNOWN}/auth-info/`],
  ['command rules', 'GET', `/api/assets/v1/system-user/${IDS.root}/cmd-filter-rules/`],
  ['an unknown domain', 'GET', `/api/assets/v1/domain/${UNKNOWN}/?gateway=1`],
  ['connection token', 'POST', TOKEN, { user: IDS.zhang, asset: IDS.web, system_user: IDS.root }],
  ['connection token of nobody', 'POST', TOKEN, { user: 'x', asset: IDS.web, system_user: IDS.root }],
  ['an unknown connection token', 'GET', `${TOKEN}?token=${UNKNOWN}`],
  ['an unknown address', 'GET', '/api/terminal/v1/nothing/'],
  ['a method that is not allowed', 'PATCH', SESSIONS, {}],
  ['a registration without its token', 'POST', '/api/terminal/v2/terminal-registrations/', { name: 'bj-01' }],
]

let double: CoreDouble
let embedded: World
let doubleKey: { readonly id: string; readonly secret: Secret }

beforeAll(async () => {
  embedded = await startWorld()
  await embedded.register('bj-01')
  double = await startCoreDouble({ now: () => embedded.clock.now() })
  const { key } = double.state.addTerminal('bj-01')
  doubleKey = { id: key.id, secret: new Secret(key.secret) }
  const zhang = double.addUser({ id: IDS.zhang, username: 'zhangsan', name: '张三' })
  const web = double.addAsset({ id: IDS.web, hostname: 'web-01', ip: '10.1.2.11' })
  double.addAsset({ id: IDS.db, hostname: 'db', ip: '10.1.3.21' })
  const root = double.addSystemUser({ id: IDS.root, name: 'root_key', username: 'root', private_key: 'PEM' })
  double.grant(zhang, web, root)
})
afterAll(async () => {
  await embedded[Symbol.asyncDispose]()
  await double[Symbol.asyncDispose]()
})

async function askDouble(
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  const signed = sign(doubleKey, embedded.clock.now())
  const response = await fetch(double.url + path, {
    method,
    headers: { ...signed, 'Content-Type': 'application/json', 'Accept-Language': 'en', 'X-JMS-ORG': 'ROOT' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? '' : JSON.parse(text) }
}

/** Names and kinds of the fields, at any depth; texts of errors as they are. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape)
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, inner]) => [name, shape(inner)]))
}

test.each(CALLS.map(([what, method, path, body]) => ({ what, method, path, body })))(
  'the embedded core answers as the strict double does: $what',
  async ({ method, path, body }) => {
    const expected = await askDouble(method, path, body)
    const got = await embedded.call(method, path, body === undefined ? {} : { body })
    expect(got.status).toBe(expected.status)
    if (expected.status >= 400) expect(got.body).toEqual(expected.body)
    else expect(shape(got.body)).toEqual(shape(expected.body))
  },
)

test('these are answers of all kinds', async () => {
  const answers = await Promise.all(CALLS.map(([, method, path, body]) => askDouble(method, path, body)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(
    new Set([200, 201, 400, 401, 403, 404, 405, 500]),
  )
})

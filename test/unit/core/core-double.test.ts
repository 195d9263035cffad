import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { DoubleUser } from '../../fixtures/core-double/state.ts'
import {
  LISI,
  ROOT_KEY,
  SESSION,
  startWorldOfPairs,
  TERMINAL,
  WEB_01,
  ZHANGSAN,
} from '../../fixtures/core-double/world-of-pairs.ts'
import type { CoreDouble } from '../../fixtures/core-double.ts'
import { type CorePair, corePair, corePairs, PAIRS_KEY, PAIRS_TIME } from '../../fixtures/core-fixtures.ts'

/** What the recorded world was like when the pair was made, where that was not how it began. */
const ARRANGE: Readonly<Record<string, (core: CoreDouble) => void | Promise<void>>> = {
  'terminal-register-v2: disabled by admin': ({ state }) => {
    state.registrationEnabled = false
  },
  'terminal-config: storages': ({ state }) => {
    state.config = z
      .record(z.string(), z.unknown())
      .parse(corePair('terminal-config: storages').response.body)
  },
  'auth: terminal disabled': ({ state }) => setTerminalUser(state, { isActive: false }),
  'auth: not permitted': ({ state }) => void state.tokens.set('b4aaaedcad8044918583a07cf06d729d', ZHANGSAN),
  'profile: bearer': ({ state }) => void state.tokens.set('b4aaaedcad8044918583a07cf06d729d', ZHANGSAN),
  'profile: cookie': ({ state }) => {
    const { Cookie = '' } = corePair('profile: cookie').request.headers
    state.webSessions.set(Cookie.replace(/csrftoken=(\w+);sessionid=(\w+)/, '$1 $2'), LISI)
  },
  'connection-token: read': addConnectionToken,
  'connection-token: user only': addConnectionToken,
  'profile: wrong role': ({ state }) =>
    setTerminalUser(state, { id: ZHANGSAN, role: 'Admin', username: 'admin', name: 'Administrator' }),
  'user-assets: 1.5.1': ({ state }) => {
    state.version = '1.5.1'
    state.grants = state.grants.filter(({ asset }) => asset === WEB_01)
  },
  'terminal-register-v1: name taken': async (core) =>
    void (await ask(core, corePair('terminal-register-v1'))),
  'terminal-access-key-v1: waiting': (core) => askedByV1(core, { accepted: false }),
  'terminal-access-key-v1: bad token': (core) => askedByV1(core, { accepted: false }),
  'terminal-access-key-v1: deleted': (core) => askedByV1(core, { accepted: false }),
  'terminal-access-key-v1: server bug': (core) => askedByV1(core, { accepted: true }),
  'terminal-access-key-v1: accepted': (core) => {
    core.state.registersAs = '1.4.4'
    askedByV1(core, { accepted: true })
  },
  'user-assets: cached': withCache,
  'user-assets: not modified': withCache,
  'user-nodes: 1.5.1': ({ state }) => {
    state.version = '1.5.1'
  },
  'user-nodes: no grants': (core) =>
    void core.addUser({ id: '3b903d1f-bc25-56b7-bb6b-357acde8f0ad', username: 'zhouba' }),
  'user-assets: asset without system users': (core) => {
    core.state.grants = []
    const asset = core.addAsset({
      id: '0255a930-72b3-51e5-ad9f-0aec9449e7d5',
      hostname: 'print-server',
      ip: '10.1.2.11',
      protocols: [],
      comment: '前端主机\n值班: 张三',
    })
    core.state.grants.push({ user: ZHANGSAN, asset: asset.id, systemUser: ROOT_KEY, actions: ['all'] })
  },
  'session-create: duplicate id': createSession,
  'session-detail': createSession,
  'session-finish': commandsAndSession,
  'session-has-replay': async (core) => {
    await commandsAndSession(core)
    await ask(core, corePair('session-finish'))
  },
  'command-list': commandsAndSession,
  'command-batch: save error': ({ state }) => {
    state.unstorable = /ls -l/
  },
  'ftp-log: duplicate id': async (core) => void (await ask(core, corePair('ftp-log'))),
  'heartbeat: with task': addTask,
  'task-finish': addTask,
  'kill-session': async (core) => void (await ask(core, corePair('session-create: other org'))),
  'replay-upload': createSession,
  'replay-upload: no file': createSession,
  'replay-read': async (core) => {
    await createSession(core)
    await ask(core, corePair('replay-upload'))
  },
  'replay-upload: second time': async (core) => {
    await createSession(core)
    await ask(core, corePair('replay-upload'))
  },
}

/** How long after the request was signed core saw it, where that matters. */
const LATER_BY: Readonly<Record<string, number>> = { 'auth: date too old': 901_000, 'command-list': 60_000 }

test.each(Object.keys(corePairs))('the double answers as core did: %s', async (name) => {
  const pair = corePair(name)
  await using core = await startWorldOfPairs(() => PAIRS_TIME + (LATER_BY[name] ?? 3_000))
  await ARRANGE[name]?.(core)

  const answer = await ask(core, pair)

  expect(answer.status).toBe(pair.response.status)
  expect(masked(answer.body)).toEqual(masked(pair.response.body))
  expect(answer.location).toBe(pair.response.headers['Location'])
})

test.each(['sessions', 'command', 'terminal/status'])(
  'a body posted to …/%s without the last slash is lost: 500',
  async (path) => {
    await using core = await startWorldOfPairs()
    const pair = corePair('session-create')
    const answer = await ask(core, {
      ...pair,
      request: { ...pair.request, path: `/api/terminal/v1/${path}` },
    })
    expect(answer.status).toBe(500)
    expect(answer.contentType).toContain('text/html')
  },
)

test('a body that is not declared as JSON is not read', async () => {
  await using core = await startWorldOfPairs()
  const { request, ...pair } = corePair('session-create')
  const answer = await ask(core, {
    ...pair,
    request: { ...request, headers: { ...request.headers, 'Content-Type': 'text/plain' } },
  })
  expect(answer.status).toBe(400)
  expect(core.state.sessions.size).toBe(0)
})

function setTerminalUser(state: CoreDouble['state'], change: Partial<DoubleUser>): void {
  const user = state.terminals.get(PAIRS_KEY.id)?.user
  if (user) Object.assign(user, change)
}

function askedByV1({ state }: CoreDouble, { accepted }: { accepted: boolean }): void {
  const id = '8cdba60e-3d32-4055-b762-8ddbf09a96c6'
  const token = 'b8ae7bc7a5f54e018fb241356ecf3b3b'
  state.requested.set(id, { id, name: 'old-01', token, at: PAIRS_TIME, accepted })
}

function withCache({ state }: CoreDouble): void {
  state.permCache = true
  state.etags.set(ZHANGSAN, '"18e9b884-dda0-490f-b4c1-389fb6d1c703"')
}

async function createSession(core: CoreDouble): Promise<void> {
  expect((await ask(core, corePair('session-create'))).status).toBe(201)
}

async function commandsAndSession(core: CoreDouble): Promise<void> {
  await createSession(core)
  expect((await ask(core, corePair('command-batch'))).status).toBe(201)
}

function addTask({ state }: CoreDouble): void {
  const id = '633416ca-2871-45df-990c-18954ef7df8b'
  const rest = {
    is_finished: false,
    date_created: PAIRS_TIME + 3_000,
    date_finished: null,
    terminal: TERMINAL,
  }
  state.tasks.set(id, { id, name: 'kill_session', args: SESSION, ...rest })
}

function addConnectionToken({ state }: CoreDouble): void {
  const link = { user: ZHANGSAN, asset: WEB_01, systemUser: ROOT_KEY, at: PAIRS_TIME }
  state.connectionTokens.set('3c21ea13-5075-4640-8985-9b4c156db5c2', link)
}

interface Answered {
  status: number
  body: unknown
  contentType: string
  location: string | undefined
}

/** Sends the request of a pair byte for byte; the one form body is described in words there. */
function ask(core: CoreDouble, { request }: CorePair): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const options = { method: request.method, headers: request.headers, agent: false }
    const sent = httpRequest(core.url + request.path, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString().replaceAll(core.url, 'http://core.example.com')
        const contentType = response.headers['content-type'] ?? ''
        const isJson = contentType.startsWith('application/json') && text !== ''
        const body: unknown = isJson ? JSON.parse(text) : null
        resolve({ status: response.statusCode ?? 0, body, contentType, location: response.headers.location })
      })
    })
    sent.on('error', reject)
    sent.end(bodyOf(request))
  })
}

function bodyOf({ body, headers }: CorePair['request']): string | undefined {
  if (headers['Content-Type']?.startsWith('multipart'))
    return '------fixture\r\nContent-Disposition: form-data; name="file"; filename="x.replay.gz"\r\n\r\nGZIP\r\n------fixture--\r\n'
  if (body === null) return undefined
  return body === 'not json' ? 'not json' : JSON.stringify(body)
}

const MADE_UP = new Set(['token', 'seed', 'secret'])
// The order of one is undefined; the other is the recorder's own.
const LEFT_OUT = new Set(['system_users_join', 'email'])

/** What core makes up is made equal; lists whose order is undefined are ordered. */
function masked(value: unknown, inside = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each) => masked(each, inside))
    return inside === 'system_users_granted' ? items.map((each) => JSON.stringify(each)).sort() : items
  }
  if (typeof value !== 'object' || value === null) return value
  const made = 'secret' in value || 'access_key' in value || 'input' in value || 'token' in value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !LEFT_OUT.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [
        key,
        MADE_UP.has(key) || (made && key === 'id') ? 'made up' : masked(inner, key),
      ]),
  )
}

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IDS, SOME_TEXT, startWorld, type World } from './world.ts'

const SESSION = '3979ac20-b6ba-56a5-9e76-67d0eb7c3d1f'
const UNKNOWN = '040263bf-b4d3-4085-b7f7-36a6e6e2afb0'
const sessions = '/api/terminal/v1/sessions/'
const session = {
  id: SESSION,
  user: '张三 (zhangsan)',
  asset: 'web-01',
  org_id: '',
  system_user: 'root',
  login_from: 'ST',
  remote_addr: '203.0.113.7',
  is_finished: false,
  date_start: '2026-03-01 12:00:00 +0000',
  date_end: null,
}

let world: World

beforeEach(async () => {
  world = await startWorld()
  await world.register('bj-01')
})
afterEach(() => world[Symbol.asyncDispose]())

describe('sessions', () => {
  test('are made, read, finished and listed', async () => {
    const made = await world.call('POST', sessions, { body: session })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      ...session,
      login_from_display: 'SSH Terminal',
      has_replay: false,
      can_replay: false,
      protocol: 'ssh',
      terminal: SOME_TEXT,
      command_amount: 0,
      org_name: 'DEFAULT',
    })
    const end = { is_finished: true, date_end: '2026-03-01T12:05:00Z' }
    const told = { is_finished: true, date_end: '2026-03-01 12:05:00 +0000' }
    for (const _again of [1, 2]) {
      expect(await world.call('PATCH', `${sessions}${SESSION}/`, { body: end })).toMatchObject({
        status: 200,
        body: told,
      })
    }
    const marked = await world.call('PATCH', `${sessions}${SESSION}/`, { body: { has_replay: true } })
    expect(marked.body).toMatchObject({ ...told, has_replay: true, can_replay: true })
    await world.restart()
    expect((await world.call('GET', `${sessions}${SESSION}/`)).body).toMatchObject(told)
    expect(
      (await world.call('GET', `${sessions}?is_finished=true&user=${encodeURI(session.user)}`)).body,
    ).toHaveLength(1)
    expect((await world.call('GET', `${sessions}?is_finished=false`)).body).toEqual([])
    expect((await world.call('GET', `${sessions}?limit=1`)).body).toMatchObject({ count: 1, next: null })
    expect((await world.call('GET', `${sessions}${UNKNOWN}/`)).body).toEqual({ detail: 'Not found.' })
    expect((await world.call('PATCH', `${sessions}${UNKNOWN}/`, { body: end })).status).toBe(404)
  })

  test('a duplicate id is refused, also in another spelling', async () => {
    await world.call('POST', sessions, { body: session })
    for (const id of [SESSION, SESSION.toUpperCase().replaceAll('-', '')]) {
      expect(await world.call('POST', sessions, { body: { ...session, id } })).toMatchObject({
        status: 400,
        body: { id: ['This field must be unique.'] },
      })
    }
  })

  const max = (length: number) => [`Ensure this field has no more than ${length} characters.`]
  test.each([
    ['an IPv6 address', { remote_addr: '2001:db8::dead:beef:1' }, { remote_addr: max(15) }],
    ['telnet', { protocol: 'telnet' }, { protocol: ['"telnet" is not a valid choice.'] }],
    ['no org_id', { org_id: undefined }, { org_id: ['This field is required.'] }],
    ['a long user', { user: '张'.repeat(129) }, { user: max(128) }],
    ['a long system user', { system_user: 'x'.repeat(129) }, { system_user: max(128) }],
    ['a blank system user', { system_user: ' ' }, { system_user: ['This field may not be blank.'] }],
    ['a long asset', { asset: 'x'.repeat(1025) }, { asset: max(1024) }],
    ['null', { asset: null }, { asset: ['This field may not be null.'] }],
    ['a list', { asset: ['a'] }, { asset: ['Not a valid string.'] }],
    ['an unknown login_from', { login_from: 'T' }, { login_from: ['"T" is not a valid choice.'] }],
    ['a bad id', { id: 'x' }, { id: ['"x" is not a valid UUID.'] }],
    ['a bad boolean', { is_finished: 'maybe' }, { is_finished: ['"maybe" is not a valid boolean.'] }],
    [
      'a bad date',
      { date_start: '26 Aug' },
      { date_start: [expect.stringContaining('Datetime has wrong format.')] },
    ],
    [
      'two faults',
      { user: '', org_id: 'x'.repeat(37) },
      { user: ['This field may not be blank.'], org_id: max(36) },
    ],
  ])('%s is refused', async (_what, change, faults) => {
    const answer = await world.call('POST', sessions, { body: { ...session, ...change } })
    expect(answer).toMatchObject({ status: 400, body: faults })
    expect((await world.call('GET', sessions)).body).toEqual([])
  })

  test('a list fails, unknown fields are ignored, an id for the system user is looked up', async () => {
    expect((await world.call('POST', sessions, { body: [session] })).status).toBe(500)
    const body = { ...session, terminal: UNKNOWN, novelty: 1, system_user: IDS.root, user: '😀'.repeat(128) }
    const made = await world.call('POST', sessions, { body })
    expect(made.body).toMatchObject({ system_user: 'root_key', user: body.user })
    expect(made.body).not.toHaveProperty('terminal', UNKNOWN)
    expect(
      (await world.call('POST', sessions, { body: { ...session, id: UNKNOWN, system_user: UNKNOWN } }))
        .status,
    ).toBe(404)
  })
})

describe('commands', () => {
  const path = '/api/terminal/v1/command/'
  const { user, asset, system_user, org_id } = session
  const timestamp = Date.UTC(2026, 2, 1, 11) / 1000
  const command = {
    user,
    asset,
    system_user,
    input: 'ls -l',
    output: 'total 0',
    session: SESSION,
    org_id,
    timestamp,
  }

  test('are stored as a batch and listed, newest first', async () => {
    await world.call('POST', sessions, { body: session })
    const later = {
      ...command,
      input: ' echo 你好 ',
      output: '',
      timestamp: `${timestamp + 6}.0`,
      org_id: null,
    }
    expect(await world.call('POST', path, { body: [command, later] })).toMatchObject({
      status: 201,
      body: 'ok',
    })
    expect((await world.call('GET', path)).body).toEqual([
      { ...command, input: 'echo 你好', output: '', timestamp: timestamp + 6, id: SOME_TEXT },
      { ...command, id: SOME_TEXT },
    ])
    expect((await world.call('GET', `${sessions}${SESSION}/`)).body).toMatchObject({ command_amount: 2 })
    expect((await world.call('GET', `${path}?date_to=${timestamp + 1}`)).body).toHaveLength(1)
    expect((await world.call('GET', `${path}?input=LS&limit=5`)).body).toMatchObject({ count: 1 })
    expect((await world.call('GET', `${path}?user=nobody`)).body).toEqual([])
    world.clock.advance(6 * 24 * 3600_000)
    expect((await world.call('GET', path)).body).toEqual([])
    expect((await world.call('GET', `${path}?date_from=${timestamp}`)).body).toHaveLength(2)
  })

  test.each([
    [
      'one blank input',
      [command, { ...command, input: '   ' }],
      "[{}, {'input': [ErrorDetail(string='This field may not be blank.', code='blank')]}]",
    ],
    [
      'a long user',
      [{ ...command, user: '张'.repeat(65) }],
      "[{'user': [ErrorDetail(string='Ensure this field has no more than 64 characters.', code='max_length')]}]",
    ],
    ['a long input', [{ ...command, input: 'x'.repeat(129) }], 'no more than 128'],
    ['a long output', [{ ...command, output: 'x'.repeat(1025) }], 'no more than 1024'],
    ['half a second', [{ ...command, timestamp: 0.5 }], 'A valid integer is required.'],
    ['a NUL', [{ ...command, output: 'a\0b' }], 'Null characters are not allowed.'],
    [
      'one object',
      command,
      `{'non_field_errors': [ErrorDetail(string='Expected a list of items but got type "dict".', code='not_a_list')]}`,
    ],
  ])('%s refuses the whole batch', async (_what, body, message) => {
    const answer = await world.call('POST', path, { body })
    expect(answer.status).toBe(401)
    expect(answer.body).toMatchObject({ msg: SOME_TEXT })
    expect(answer.body).toHaveProperty('msg', expect.stringContaining(message))
    expect((await world.call('GET', path)).body).toEqual([])
  })

  test('an empty batch is fine, and 128 emoji are 128 characters', async () => {
    expect((await world.call('POST', path, { body: [] })).status).toBe(201)
    expect((await world.call('POST', path, { body: [{ ...command, input: '😀'.repeat(128) }] })).status).toBe(
      201,
    )
  })
})

describe('heartbeat and tasks', () => {
  const status = '/api/terminal/v1/terminal/status/'
  const kill = '/api/terminal/v1/tasks/kill-session/'

  test('a kill order comes with every beat of its terminal until it is finished', async () => {
    await world.call('POST', sessions, { body: session })
    expect((await world.call('POST', status, { body: { sessions: [] } })).body).toEqual([])
    expect((await world.call('POST', kill, { body: [SESSION, UNKNOWN] })).body).toEqual({ ok: [SESSION] })
    const beat = await world.call('POST', status, { body: { sessions: [SESSION] } })
    expect(beat).toMatchObject({
      status: 201,
      body: [{ name: 'kill_session', args: SESSION, is_finished: false }],
    })
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(beat.body))?.[1]
    const task = `/api/terminal/v1/tasks/${id}/`
    for (const _again of [1, 2]) {
      const done = await world.call('PATCH', task, { body: { is_finished: true } })
      expect(done).toMatchObject({ status: 200, body: { is_finished: true } })
    }
    expect((await world.call('POST', status, { body: { sessions: [] } })).body).toEqual([])
    const gone = await world.call('PATCH', `/api/terminal/v1/tasks/${UNKNOWN}/`, {
      body: { is_finished: true },
    })
    expect(gone.status).toBe(404)
    await world.call('PATCH', `${sessions}${SESSION}/`, { body: { is_finished: true } })
    expect((await world.call('POST', kill, { body: [SESSION] })).body).toEqual({ ok: [] })
  })

  test('another terminal is not given the order', async () => {
    await world.call('POST', sessions, { body: session })
    await world.call('POST', kill, { body: [SESSION] })
    await world.register('bj-02')
    expect((await world.call('POST', status, { body: { sessions: [] } })).body).toEqual([])
  })

  test('null for the sessions fails as in core', async () => {
    expect(await world.call('POST', status, { body: { sessions: null } })).toMatchObject({
      status: 500,
      body: { error: 'Server internal error' },
    })
  })

  test('an open session that no beat lists is closed by the ten-minute job, a listed one is not', async () => {
    const other = { ...session, id: UNKNOWN }
    for (const body of [session, other]) await world.call('POST', sessions, { body })
    world.clock.advance(9 * 60_000)
    await world.call('POST', status, { body: { sessions: [SESSION] } })
    world.clock.advance(60_000)
    expect((await world.call('GET', `${sessions}${SESSION}/`)).body).toMatchObject({
      is_finished: false,
      date_end: null,
    })
    expect((await world.call('GET', `${sessions}${UNKNOWN}/`)).body).toMatchObject({
      is_finished: true,
      date_end: '2026-03-01 12:10:00 +0000',
    })
  })
})

describe('replays', () => {
  const path = `${sessions}${SESSION}/replay/`
  const form = (content: Uint8Array, name = 'file'): FormData => {
    const data = new FormData()
    data.append(name, new Blob([content]), '../../x.gz')
    return data
  }
  const stored = () => join(world.dataDir, 'core/replays/2026-03-01', `${SESSION}.replay.gz`)

  test('are stored under the day of the start; the first one wins; and are found again', async () => {
    await world.call('POST', sessions, { body: session })
    expect((await world.call('GET', path)).status).toBe(404)
    const first = gzipSync('{"0.1":"hello","0":""}')
    const url = `/media/replay/2026-03-01/${SESSION}.replay.gz`
    expect(await world.call('POST', path, { raw: form(first) })).toMatchObject({ status: 201, body: { url } })
    expect((await world.call('POST', path, { raw: form(gzipSync('second')) })).status).toBe(201)
    expect((await readFile(stored())).equals(first)).toBe(true)
    expect(await readdir(join(world.dataDir, 'core/replays/2026-03-01'))).toEqual([`${SESSION}.replay.gz`])
    expect((await stat(stored())).mode & 0o777).toBe(0o600)
    expect((await world.call('GET', path)).body).toEqual({ type: 'json', src: url })
    const media = await world.call('GET', url)
    expect(media.status).toBe(200)
    expect(media.headers.get('content-length')).toBe(String(first.length))
    expect((await world.call('GET', url, { unsigned: true })).status).toBe(403)
  })

  test('of 64 MB arrive whole', async () => {
    await world.call('POST', sessions, { body: session })
    const content = Buffer.alloc(64_000_000, 'replay ')
    expect((await world.call('POST', path, { raw: form(content) })).status).toBe(201)
    expect((await readFile(stored())).equals(content)).toBe(true)
  })

  test('without a file, under another name or for an unknown session are refused', async () => {
    const noFile = { status: 401, body: { msg: { file: ['No file was submitted.'] } } }
    expect(await world.call('POST', path, { raw: form(Buffer.from('x')) })).toMatchObject({ status: 404 })
    await world.call('POST', sessions, { body: session })
    expect(await world.call('POST', path, { body: {} })).toMatchObject(noFile)
    expect(await world.call('POST', path, { raw: form(Buffer.from('x'), 'other') })).toMatchObject(noFile)
  })

  test('cut on their way leave nothing behind, and the whole one can follow', async () => {
    await world.call('POST', sessions, { body: session })
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' }
    const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf of it'
    expect((await world.call('POST', path, { raw: cut, headers })).status).toBe(400)
    expect((await world.call('GET', path)).status).toBe(404)
    expect((await world.call('POST', path, { raw: form(gzipSync('whole')) })).status).toBe(201)
  })
})

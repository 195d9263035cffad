import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileAudit } from '../../../../src/audit/file-audit.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { CommandStorage } from '../../../../src/core/model.ts'
import { ElasticDouble } from '../../../fixtures/elastic-double.ts'
import { fileAudit, recordSession } from '../../../fixtures/file-audit.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../../fixtures/record-keeper.ts'
import { START, sessionFacts } from '../../../fixtures/spool.ts'
import { temporaryDirectory } from '../../../fixtures/temporary-directory.ts'
import { until } from '../../../fixtures/until.ts'

const NOW = AbortSignal.abort()
const COMMANDS = ['ls', 'cd /tmp', 'ls', 'ls', 'exit']

const es = (...urls: readonly string[]): CommandStorage => ({
  ...{ type: 'es', hosts: urls.map((url) => new Secret(url)) },
  ...{ index: 'jumpserver', docType: 'command_store' },
})

function world(home: string, ...commandStorages: readonly CommandStorage[]) {
  const parts = { home, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const start = (): FileAudit => {
    const audit = fileAudit(parts, { coreSettings: () => ({ commandStorages }) })
    audit.start()
    return audit
  }
  return { ...parts, start }
}

const sent = (audit: FileAudit) => () => audit.stats.waiting === 0

test.each([6, 7, 8] as const)(
  'commands are stored with Elasticsearch %i in an index made for core’s own page, and not with core',
  async (major) => {
    await using home = await temporaryDirectory()
    await using elastic = await ElasticDouble.start({ major, account: 'cocod:p%40ss' })
    const { core, clock, start } = world(home.path, es(elastic.url))
    const audit = start()
    const id = await recordSession(audit, clock, COMMANDS)
    await until(sent(audit))
    expect(elastic.inputs).toEqual(COMMANDS)
    expect([...elastic.documents.values()][0]).toEqual({
      ...{ user: 'Alice (alice)', asset: 'web-1', system_user: 'root', input: 'ls', output: '' },
      ...{ session: id, org_id: '', timestamp: START / 1000, '@timestamp': '2026-01-01T00:00:00.000Z' },
    })
    const properties = { session: { type: 'keyword' }, '@timestamp': { type: 'date' } }
    expect(elastic.indices.get('jumpserver')).toMatchObject(
      major === 6 ? { command_store: { properties } } : { properties },
    )
    expect(core.calls).toEqual(['create', 'finish', 'upload', 'mark'])
    await audit.close(NOW)
  },
)

test('commands of a running session are stored within five seconds', async () => {
  await using home = await temporaryDirectory()
  await using elastic = await ElasticDouble.start()
  const { clock, start } = world(home.path, es(elastic.url))
  const audit = start()
  const recording = await audit.open(sessionFacts())
  await recording.known()
  recording.input(Buffer.from('one\rtwo\r'))
  await until(() => audit.stats.waiting === 1)
  clock.advance(4_900)
  await until(sent(audit))
  expect(elastic.inputs).toEqual(['one', 'two'])
  await recording.close({ reason: 'left', exit: { kind: 'none' }, at: START })
  await until(sent(audit))
  await audit.close(NOW)
})

test('of a batch only what was not taken is sent again, and what never will be is put down', async () => {
  await using home = await temporaryDirectory()
  await using elastic = await ElasticDouble.start()
  const { clock, start } = world(home.path, es(elastic.url))
  let busy = 2
  elastic.itemTrouble = ({ input }) => {
    if (input === 'poison') return { status: 400, type: 'mapper_parsing_exception' }
    return input === 'exit' && busy-- > 0
      ? { status: 429, type: 'es_rejected_execution_exception' }
      : undefined
  }
  const audit = start()
  const id = await recordSession(audit, clock, [...COMMANDS, 'poison'])
  await until(() => audit.stats.resting === 1)
  expect(elastic.inputs).toEqual(COMMANDS.slice(0, -1))
  clock.advance(600_000)
  await until(sent(audit))
  expect(elastic.inputs).toEqual(COMMANDS)
  const letters = await readFile(join(home.path, 'dead-letter', id, 'refused.ndjson'), 'utf8')
  expect(letters).toContain('"input":"poison"')
  expect(letters).toContain('mapper_parsing_exception')
  await audit.close(NOW)
})

test('an answer that was lost, and a daemon that was killed, leave nothing missing and nothing double', async () => {
  await using home = await temporaryDirectory()
  await using elastic = await ElasticDouble.start()
  const { clock, start } = world(home.path, es(elastic.url))
  const audit = start()
  await recordSession(audit, clock, COMMANDS)
  await until(sent(audit))
  expect(elastic.documents.size).toBe(5)
  elastic.trouble = (call) => (call === 'POST /_bulk' ? { status: 503, body: {} } : undefined)
  await recordSession(audit, clock, COMMANDS)
  await until(() => audit.stats.resting === 1)
  await audit.close(NOW)
  elastic.trouble = () => undefined
  const next = start()
  await next.recovered()
  await until(sent(next))
  expect(elastic.inputs).toEqual([...COMMANDS, ...COMMANDS])
  await next.close(NOW)
})

test('a body that is too long is sent in smaller ones', async () => {
  await using home = await temporaryDirectory()
  await using elastic = await ElasticDouble.start()
  elastic.mostBytes = 1_000
  const { clock, start } = world(home.path, es(elastic.url))
  const audit = start()
  await recordSession(audit, clock, COMMANDS)
  await until(sent(audit))
  expect(elastic.inputs).toEqual(COMMANDS)
  await audit.close(NOW)
})

test('when one host does not answer the next one is asked', async () => {
  await using home = await temporaryDirectory()
  await using gone = await ElasticDouble.start()
  await using ill = await ElasticDouble.start()
  await using well = await ElasticDouble.start()
  gone.trouble = () => 'drop'
  ill.trouble = () => ({ status: 502, body: {} })
  const { clock, start } = world(home.path, es(gone.url, ill.url, well.url))
  const audit = start()
  await recordSession(audit, clock, COMMANDS)
  await until(sent(audit))
  expect(well.inputs).toEqual(COMMANDS)
  expect(gone.calls).toHaveLength(1)
  expect(audit.stats.storages[0]?.failingSince).toBeUndefined()
  await audit.close(NOW)
})

test('an Elasticsearch that fails holds up neither core nor another one, and no password of it is said', async () => {
  await using home = await temporaryDirectory()
  await using bad = await ElasticDouble.start({ account: 'cocod:s3cret-of-es' })
  await using good = await ElasticDouble.start()
  bad.trouble = () => 'drop'
  const { core, clock, start } = world(home.path, { type: 'server' }, es(bad.url), es(good.url))
  const audit = start()
  const id = await recordSession(audit, clock, COMMANDS)
  await until(() => audit.stats.resting === 1)
  expect(core.inputsOf(id)).toEqual(COMMANDS)
  expect(core.sessions.get(id)).toMatchObject({ finished: START, hasReplay: true })
  expect(good.inputs).toEqual(COMMANDS)
  expect(JSON.stringify(audit.stats)).toContain('elasticsearch jumpserver at http://127.0.0.1')
  expect(JSON.stringify(audit.stats)).not.toContain('s3cret-of-es')
  bad.trouble = () => undefined
  clock.advance(600_000)
  await until(sent(audit))
  expect(bad.inputs).toEqual(COMMANDS)
  expect(core.inputsOf(id)).toEqual(COMMANDS)
  await audit.close(NOW)
})

test('commands that are to go nowhere stay in the record, and core hears of the session all the same', async () => {
  await using home = await temporaryDirectory()
  const { core, clock, start } = world(home.path, { type: 'null' })
  const audit = start()
  await recordSession(audit, clock, COMMANDS)
  await until(sent(audit))
  expect(core.calls).toEqual(['create', 'finish', 'upload', 'mark'])
  await audit.close(NOW)
})

import { expect, test } from 'vitest'
import { testStorages } from '../../../../src/audit/storages/storage-test.ts'
import { Storages } from '../../../../src/audit/storages/storages.ts'
import { systemClock } from '../../../../src/base/clock.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { CommandStorage, CoreSettings, ReplayStorage } from '../../../../src/core/model.ts'
import { silentLog } from '../../../../src/log.ts'
import { ElasticDouble } from '../../../fixtures/elastic-double.ts'
import { ObjectStoreDouble } from '../../../fixtures/object-store-double.ts'

const s3 = ({ accessKey, secretKey, url }: ObjectStoreDouble): ReplayStorage => ({
  ...{ type: 's3', bucket: 'records', accessKey, region: undefined },
  ...{ secretKey: new Secret(secretKey), endpoint: url },
})
const es = ({ url }: ElasticDouble): CommandStorage => ({
  ...{ type: 'es', hosts: [new Secret(url)], index: 'jumpserver', docType: 'command_store' },
})

test.each([6, 8] as const)(
  'each storage is really written to, what was written is removed, and what fails says why (Elasticsearch %i)',
  async (major) => {
    await using good = await ObjectStoreDouble.start('s3')
    await using bad = await ObjectStoreDouble.start('s3')
    await using elastic = await ElasticDouble.start({ major })
    bad.trouble = () => ({ status: 404, code: 'NoSuchBucket' })
    const settings: CoreSettings = {
      replayStorages: [{ type: 'server' }, s3(good), s3(bad)],
      commandStorages: [{ type: 'null' }, es(elastic)],
    }
    using storages = new Storages({ settings: () => settings, clock: systemClock, log: silentLog() })
    const results = await testStorages(storages, settings, new AbortController().signal)
    expect(results).toMatchObject([
      { kind: 'replays', name: `s3 records at ${good.url}`, error: undefined },
      { kind: 'replays', name: `s3 records at ${bad.url}`, error: { code: 'STORAGE_REFUSED', status: 404 } },
      { kind: 'commands', name: `elasticsearch jumpserver at ${elastic.url}`, error: undefined },
    ])
    expect(String(results[1]?.error)).toContain('NoSuchBucket')
    expect(good.calls.map((call) => call.split(' ')[0])).toEqual(['PUT', 'DELETE'])
    expect(good.objects.size + elastic.documents.size).toBe(0)
    expect(elastic.calls.map((call) => call.split(' ')[0]).slice(-2)).toEqual(['PUT', 'DELETE'])
  },
)

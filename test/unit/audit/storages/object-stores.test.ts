import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { objectUrl } from '../../../../src/audit/storages/object-url.ts'
import { Storages } from '../../../../src/audit/storages/storages.ts'
import { type Clock, systemClock } from '../../../../src/base/clock.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { ReplayStorage } from '../../../../src/core/model.ts'
import { silentLog } from '../../../../src/log.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { type ObjectProtocol, ObjectStoreDouble } from '../../../fixtures/object-store-double.ts'
import { temporaryDirectory } from '../../../fixtures/temporary-directory.ts'

type Outside = Exclude<ReplayStorage, { type: 'server' | 'null' }>

const OBJECT = '2026-01-01/0d4f1c1e-6f0f-4f0e-8d59-0b5b3f5c2a11.replay.gz'
/** Reached through a proxy, which is the double. */
const OSS = 'http://oss-cn-hangzhou.aliyuncs.com'
const REGIONS = { s3: 'us-east-1', oss: 'cn-hangzhou', 'oss-v1': '', azure: '' } as const

function storageOf(
  double: ObjectStoreDouble,
  protocol: ObjectProtocol,
  secret: string = double.secretKey,
): Outside {
  const keys = { bucket: 'records', accessKey: double.accessKey, secretKey: new Secret(secret) }
  if (protocol === 's3') return { type: 's3', ...keys, endpoint: double.url, region: undefined }
  if (protocol === 'azure')
    return {
      ...{ type: 'azure', container: 'records', accountName: double.accessKey },
      ...{ accountKey: new Secret(secret), endpointSuffix: double.url },
    }
  return { type: 'oss', ...keys, endpoint: protocol === 'oss' ? OSS : double.url }
}

const failureIn = (work: Promise<void>): Promise<unknown> => work.catch((error: unknown) => error)

const storagesOf = ({ clock = systemClock, proxy }: { clock?: Clock; proxy?: string } = {}) =>
  new Storages({
    ...{ settings: () => ({}), clock, log: silentLog(), stallMs: 60_000 },
    environment: { HTTP_PROXY: proxy },
  })

test.each(['s3', 'oss', 'oss-v1', 'azure'] as const)(
  'a file is stored by %s whole and under its name, and removed; a wrong key is the storage’s own words',
  async (protocol) => {
    await using home = await temporaryDirectory()
    await using double = await ObjectStoreDouble.start(protocol, { region: REGIONS[protocol] })
    using storages = storagesOf({ proxy: double.url })
    const content = Buffer.alloc(300_000, 'replay ')
    const file = { path: join(home.path, 'file'), bytes: content.length }
    await writeFile(file.path, Buffer.concat([content, Buffer.from('what came later')]))
    const store = await storages.objectStore(storageOf(double, protocol))
    await store.put(OBJECT, file)
    expect([...double.objects]).toEqual([[`/records/${OBJECT}`, content]])

    const wrong = await storages.objectStore(storageOf(double, protocol, 'd3Jvbmc='))
    const error = await failureIn(wrong.put(OBJECT, file))
    expect(error).toMatchObject({ code: 'STORAGE_REFUSED', status: 403 })
    expect(String(error)).toMatch(/SignatureDoesNotMatch|AuthenticationFailed/)
    expect(JSON.stringify(error) + String(error)).not.toContain('d3Jvbmc=')

    await store.remove(OBJECT)
    expect(double.objects.size).toBe(0)
  },
)

test('a bucket in a region that was not named is found by what S3 answers', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3', { region: 'eu-west-1' })
  using storages = storagesOf()
  const file = { path: join(home.path, 'file'), bytes: 3 }
  await writeFile(file.path, 'abc')
  const store = await storages.objectStore(storageOf(double, 's3'))
  await store.put(OBJECT, file)
  await store.put(OBJECT, file)
  expect(double.calls.map((call) => call.slice(-3))).toEqual(['400', '200', '200'])
})

test('a storage that does not go on taking bytes is given up', async () => {
  await using home = await temporaryDirectory()
  await using double = await ObjectStoreDouble.start('s3')
  const clock = new ManualClock()
  using storages = storagesOf({ clock })
  const file = { path: join(home.path, 'file'), bytes: 3 }
  await writeFile(file.path, 'abc')
  double.trouble = () => 'hang'
  const store = await storages.objectStore(storageOf(double, 's3'))
  const failure = failureIn(store.put(OBJECT, file))
  await expect.poll(() => double.calls.length, { timeout: 20_000 }).toBe(1)
  clock.advance(60_000)
  expect(await failure).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  expect(clock.pending).toBe(0)
})

test.each([
  ['https://s3.eu-west-1.amazonaws.com', 'https://b.s3.eu-west-1.amazonaws.com/d/o'],
  ['https://oss-cn-hangzhou.aliyuncs.com', 'https://b.oss-cn-hangzhou.aliyuncs.com/d/o'],
  ['https://cos.ap-guangzhou.myqcloud.com', 'https://b.cos.ap-guangzhou.myqcloud.com/d/o'],
  ['https://b.cos.ap-guangzhou.myqcloud.com', 'https://b.cos.ap-guangzhou.myqcloud.com/d/o'],
  ['https://obs.cn-north-4.myhuaweicloud.com/', 'https://b.obs.cn-north-4.myhuaweicloud.com/d/o'],
  ['http://10.0.0.5:9000', 'http://10.0.0.5:9000/b/d/o'],
  ['https://minio.example.com/s3/', 'https://minio.example.com/s3/b/d/o'],
])('the bucket stands where the provider of %s wants it', (endpoint, address) => {
  expect(objectUrl(endpoint, 'b', 'd/o').href).toBe(address)
})

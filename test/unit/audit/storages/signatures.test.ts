import { expect, test } from 'vitest'
import { signAws, signAzure, signOldOss, signOss } from '../../../../src/audit/storages/signatures.ts'
import { Secret } from '../../../../src/base/secret.ts'

const amazon = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
  region: 'us-east-1',
}
const alibaba = { accessKey: 'LTAIexample', secretKey: new Secret('secretexample'), region: 'cn-hangzhou' }
const OSS_TIME = Date.UTC(2026, 10, 27, 17, 10, 24)
const put = { method: 'PUT', url: new URL('https://bucket.example/2026-01-01/x.replay.gz') }
const path = '/bucket/2026-01-01/x.replay.gz'

test('a signature for S3 is the one of Amazon’s own example of an upload', () => {
  const headers = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' }
  const url = new URL('https://examplebucket.s3.amazonaws.com/test%24file.text')
  const payload = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
  const signed = signAws({ method: 'PUT', url, headers }, amazon, { payload, now: Date.UTC(2013, 4, 24) })
  expect(signed['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, ' +
      'Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  )
})

test('a signature for S3 takes the query in, as in Amazon’s example of a question about a bucket', () => {
  const url = new URL('https://examplebucket.s3.amazonaws.com/?lifecycle')
  const payload = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const signed = signAws({ method: 'GET', url, headers: {} }, amazon, { payload, now: Date.UTC(2013, 4, 24) })
  expect(signed['authorization']).toContain(
    'Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  )
})

test('signatures for OSS are those of ali-oss 6.23 for the same requests, by version 4 and by version 1', () => {
  const signable = { ...put, headers: { 'content-type': 'application/gzip' } }
  expect(signOss(signable, alibaba, { path, now: OSS_TIME })['authorization']).toBe(
    'OSS4-HMAC-SHA256 Credential=LTAIexample/20261127/cn-hangzhou/oss/aliyun_v4_request,' +
      'Signature=adf2de288d31f058ca7f0975e1cc22035bfb39b1f9f4f9599e160d690b1906ee',
  )
  expect(signOldOss(signable, alibaba, { path, now: OSS_TIME })['authorization']).toBe(
    'OSS LTAIexample:WyHmZ8i9I7zJwusSSxHTOXUEx4k=',
  )
})

test('a signature for Azure covers the length and every header of Azure’s own, whatever their order', () => {
  const account = { accountName: 'account', accountKey: new Secret(Buffer.from('key').toString('base64')) }
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/gzip' }
  const sign = (more: Record<string, string>, length: number) =>
    signAzure({ ...put, headers: { ...more, ...headers } }, account, { length, now: OSS_TIME })[
      'authorization'
    ]
  const one = sign({}, 1)
  expect(one).toMatch(/^SharedKey account:[A-Za-z0-9+/]{43}=$/)
  expect(sign({ 'x-ms-other': 'a' }, 1)).not.toBe(one)
  expect(sign({}, 2)).not.toBe(one)
})

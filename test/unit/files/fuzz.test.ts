import { expect, test } from 'vitest'
import { fuzzDoor, fuzzLink } from '../../fixtures/sftp-fuzz.ts'

test('broken packets of clients end their channel at most (S13)', async () => {
  const { packets, refused } = await fuzzDoor(10_000, 1)
  expect(packets).toBeGreaterThanOrEqual(10_000)
  expect(refused).toBeGreaterThan(10)
})

test('broken answers of assets fail what was asked at most (S13)', async () => {
  const { answers, failed } = await fuzzLink(10_000, 1)
  expect(answers).toBeGreaterThanOrEqual(10_000)
  expect(failed).toBeGreaterThan(10)
})

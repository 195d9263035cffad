import { expect, test } from 'vitest'
import { fuzzDoor, fuzzLink } from '../fixtures/sftp-fuzz.ts'

const COUNT = Number(process.env['FUZZ_PACKETS'] ?? 500_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

test(`broken packets of clients end their channel at most (seed ${SEED})`, async () => {
  const { packets } = await fuzzDoor(COUNT, SEED)
  expect(packets).toBeGreaterThanOrEqual(COUNT)
})

test(`broken answers of assets fail what was asked at most (seed ${SEED})`, async () => {
  const { answers } = await fuzzLink(COUNT, SEED)
  expect(answers).toBeGreaterThanOrEqual(COUNT)
})

// Does the time of a refusal tell whether a user exists? Standalone, a wrong password and an unknown user by turns: the
// ratio of the medians should be 1. With a Jumpserver the time is core's own.
//
//   npx tsx bench/login-time.ts [--rounds 100]
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Secret } from '../src/base/secret.ts'
import { Passwords } from '../src/standalone/passwords.ts'
import { median, quantile } from './numbers.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = z.coerce.number().int().min(1).max(10_000).default(100).parse(values.rounds)

const passwords = new Passwords()
const wrong = new Secret('wrong')
const hash = await passwords.hash(new Secret('right'))
const known: number[] = []
const unknown: number[] = []
for (let round = 0; round < rounds; round++) {
  const turns = [
    async () => known.push(await timeOf(hash)),
    async () => unknown.push(await timeOf(undefined)),
  ]
  for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
}
for (const [name, times] of [
  ['wrong password', known],
  ['unknown user', unknown],
] as const)
  console.log(
    `  ${name.padEnd(15)} ${median(times).toFixed(1)} ms, a tenth below ${quantile(times, 0.1).toFixed(1)} ms`,
  )
console.log(`  Ratio ${(median(known) / median(unknown)).toFixed(3)}, medians of ${rounds} rounds by turns.`)

async function timeOf(stored: string | undefined): Promise<number> {
  const began = performance.now()
  await passwords.verify(wrong, stored)
  return performance.now() - began
}

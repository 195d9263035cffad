// How right the command records are: npm run bench:commands [-- DIRECTORY...]
// Plays recorded sessions (test/corpus/README.md has the format) to the detector and to a plain method, and compares
// both with what the shells themselves say they ran. With --wrong each difference is shown.
import { join } from 'node:path'
import { type CorpusSession, readCorpus } from '../test/corpus/format.ts'
import { playPlain } from '../test/corpus/plain-method.ts'
import { play } from '../test/corpus/player.ts'
import { compare, linesOf } from '../test/corpus/score.ts'
import { Tally } from '../test/corpus/tally.ts'

const OURS = join(import.meta.dirname, '../test/corpus/sessions')
const words = process.argv.slice(2)
const given = words.filter((word) => !word.startsWith('--'))
const showWrong = words.includes('--wrong')
const only = words.find((word) => word.startsWith('--only='))?.slice('--only='.length) ?? ''

const families = new Map<string, { ours: Tally; plain: Tally }>()
const total = { ours: new Tally(), plain: new Tally() }
for (const directory of given.length > 0 ? given : [OURS]) {
  for await (const session of readCorpus(directory)) {
    if (!new RegExp(only).test(session.name)) continue
    const [family = ''] = session.name.split('/')
    const tallies = families.get(family) ?? { ours: new Tally(), plain: new Tally() }
    families.set(family, tallies)
    const commands = await play(session)
    const plain = await playPlain(session)
    for (const { ours, plain: other } of [tallies, total]) {
      ours.add(session, commands)
      other.addTexts(session, plain)
    }
    if (showWrong)
      explain(
        session,
        commands.map(({ input }) => input),
      )
  }
}

function explain({ name, truth, repeats }: CorpusSession, found: readonly string[]): void {
  const { text } = linesOf(found, repeats)
  const { right, missed } = compare(text, linesOf(truth, repeats).text)
  const wrong = text.filter((_, index) => !right[index])
  if (wrong.length + missed.length === 0) return
  console.log(name)
  for (const line of missed) console.log(`  missed ${JSON.stringify(line)}`)
  for (const line of wrong) console.log(`  wrong  ${JSON.stringify(line)}`)
}

const row = (name: string, { ours, plain }: { ours: Tally; plain: Tally }): string =>
  `${name.padEnd(16)} ${String(ours.sessions).padStart(8)} ${String(ours.truth).padStart(8)}   ${ours.rates}   ${plain.rates}`

console.log(`${'family'.padEnd(16)} sessions commands   precision/recall   plain method: precision/recall`)
for (const [name, tallies] of families) console.log(row(name, tallies))
console.log(row('all', total))
for (const line of total.ours.details()) console.log(line)

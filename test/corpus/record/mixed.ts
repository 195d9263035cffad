import { BACK, ctrl, END, HOME, LEFT, pasted, TAB, UP } from './keys.ts'
import { chinese, long, plain, secret } from './lines.ts'
import type { Scenario } from './shell-scenarios.ts'

/** A day's work: everything, in no order. */
export const mixed: Scenario = async (stage, shell) => {
  const { random } = stage
  const editor = shell !== 'dash'
  const acts: (() => Promise<void>)[] = [
    () => stage.line(plain(random)),
    () => stage.line(plain(random)),
    () => stage.line(chinese(random)),
    () => stage.line(long(random, stage.columns + random.below(60))),
    () => stage.enter(),
    async () => stage.line(`${plain(random)}x${BACK}`),
    async () => {
      await stage.type(`echo dropped ${random.below(99)}${ctrl('c')}`)
      await stage.pause()
    },
    async () => {
      await stage.type('sudo true\r')
      await stage.until(/password for alice: /)
      await stage.settle()
      await stage.secret(secret(random))
      await stage.enter()
    },
    async () => {
      await stage.line('less data/long.txt')
      await stage.type(' q')
      await stage.pause()
    },
    async () => {
      stage.send(`echo quick ${random.below(99)}\recho quicker\r`)
      await stage.settle(200)
    },
  ]
  if (editor) {
    acts.push(
      async () => stage.line(`echo x${LEFT}${HOME}${END}y`),
      async () => {
        await stage.type(UP.repeat(1 + random.below(3)))
        await stage.enter()
      },
      async () => {
        await stage.type(`cat no${TAB}`)
        await stage.enter()
      },
      async () => {
        await stage.type(`echo ${ctrl('l')}cleared`)
        await stage.enter()
      },
      async () => {
        const columns = 60 + random.below(80)
        await stage.type('echo res')
        await stage.pause()
        stage.resize(columns, stage.rows)
        await stage.pause()
        await stage.line('ized')
      },
    )
    if (shell !== 'busybox')
      acts.push(async () => {
        stage.send(pasted(`echo pasted ${random.below(99)}`))
        await stage.enter()
      })
  }
  for (let act = 0; act < 14; act++) await acts[random.below(acts.length)]?.()
  await stage.line('echo end')
}

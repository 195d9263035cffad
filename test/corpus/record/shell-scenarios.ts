import { setTimeout } from 'node:timers/promises'
import { BACK, ctrl, DELETE, DOWN, END, HOME, LEFT, pasted, RIGHT, TAB, UP } from './keys.ts'
import { chinese, long, plain, secret, words } from './lines.ts'
import type { Shell } from './shells.ts'
import type { Stage } from './stage.ts'

export type Scenario = (stage: Stage, shell: Shell) => Promise<void>

const times = async (count: number, task: (index: number) => Promise<void>): Promise<void> => {
  for (let index = 0; index < count; index++) await task(index)
}
const hasEditor = (shell: Shell): boolean => shell !== 'dash'

export const typedLines: Scenario = async (stage) => {
  await times(6 + stage.random.below(4), () => stage.line(plain(stage.random)))
}

/** Mistakes that are mended with Backspace and ^U. */
export const mistakes: Scenario = async (stage) => {
  await times(5, async () => {
    const text = plain(stage.random)
    const at = 1 + stage.random.below(text.length)
    await stage.type(`${text.slice(0, at)}qx${BACK}${BACK}${text.slice(at)}`)
    await stage.enter()
  })
  await stage.type(`rm -rf important${ctrl('u')}`)
  await stage.line('echo saved')
  await stage.enter()
  await stage.line('echo  two  blanks')
}

export const editedInTheMiddle: Scenario = async (stage) => {
  await stage.type(`echo wrld${LEFT}${LEFT}${LEFT}o${END}!${BACK}`)
  await stage.enter()
  await stage.type(`notes.txt${HOME}cat ${END}`)
  await stage.enter()
  await stage.type(`echo one two three${ctrl('a')}${RIGHT.repeat(4)}-n${DELETE}${ctrl('e')} four`)
  await stage.enter()
  await stage.type(`echo keep this and not that${ctrl('w')}${ctrl('w')} it${LEFT.repeat(3)}${ctrl('k')} end`)
  await stage.enter()
  await stage.type(`echo a b c d e${ctrl('a')}${'\x1bf'.repeat(2)} inserted`)
  await stage.enter()
  await stage.line(plain(stage.random))
}

export const history: Scenario = async (stage) => {
  const first = plain(stage.random)
  await stage.line(first)
  await stage.line(`echo second ${stage.random.below(100)}`)
  await stage.line('cat notes.txt')
  await stage.type(UP)
  await stage.enter()
  await stage.type(UP + UP)
  await stage.enter()
  await stage.type(`${UP}${UP}${DOWN} again`)
  await stage.enter()
  await stage.type(`${UP}${BACK.repeat(5)}more`)
  await stage.enter()
  await stage.type(UP + DOWN)
  await stage.line('echo last')
}

export const searched: Scenario = async (stage, shell) => {
  await stage.line('echo needle in hay')
  await stage.line('echo only hay')
  await stage.line(plain(stage.random))
  if (shell === 'fish') {
    await stage.type('needle')
    await stage.type(UP)
    await stage.enter()
    await stage.type(`hay${UP}${UP}`)
    await stage.enter()
  } else {
    await stage.type(`${ctrl('r')}needle`)
    await stage.enter()
    await stage.type(`${ctrl('r')}hay`)
    await stage.pause()
    await stage.type(ctrl('r'))
    await stage.pause()
    await stage.type(`${RIGHT} found`)
    await stage.enter()
    await stage.type(`${ctrl('r')}nothing like it`)
    await stage.pause()
    await stage.type(ctrl('g'))
    await stage.pause()
    await stage.type(ctrl('u'))
  }
  await stage.line('echo end')
}

export const completed: Scenario = async (stage) => {
  await stage.type(`cat not${TAB}`)
  await stage.enter()
  await stage.type(`ls da${TAB}`)
  await stage.pause()
  await stage.type(`b${TAB}`)
  await stage.enter()
  await stage.type(`cat report-${TAB}`)
  await stage.pause()
  await stage.type(`a${TAB}`)
  await stage.pause()
  await stage.enter()
  await stage.type(`cat report-${TAB}${TAB}`)
  await stage.pause()
  await stage.type(ctrl('c'))
  await stage.pause()
  await stage.line('echo after')
}

export const longLines: Scenario = async (stage) => {
  const { random, columns } = stage
  await stage.line(long(random, columns + 10))
  await stage.line(long(random, 2 * columns + random.below(columns)))
  await stage.type(UP)
  await stage.enter()
  await stage.type(`${UP} more`)
  await stage.enter()
  await stage.type(long(random, columns + 20) + LEFT.repeat(15))
  await stage.type('XY')
  await stage.enter()
  await stage.line(`echo ${'中文长行'.repeat(Math.ceil(columns / 6))}`)
  await stage.line('echo short')
}

export const bracketedPaste: Scenario = async (stage, shell) => {
  const { random } = stage
  stage.send(pasted('echo pasted one line'))
  await stage.enter()
  await stage.type('echo before ')
  stage.send(pasted('in the middle'))
  await stage.type(' after')
  await stage.enter()
  stage.send(pasted(`echo line one\necho line two\necho line three ${random.below(100)}`))
  await stage.enter()
  if (shell !== 'fish') {
    stage.send(pasted(`for i in 1 2 3; do\n  echo $i\ndone`))
    await stage.enter()
  }
  await stage.line('echo typed')
}

export const rawPaste: Scenario = async (stage) => {
  stage.send('echo raw one\r')
  await stage.settle()
  stage.send(`echo raw two\recho raw three\r${plain(stage.random)}\r`)
  await stage.settle(250)
  stage.send('cat notes.txt | wc -l\recho tail')
  await stage.settle(200)
  await stage.enter()
  await stage.line('echo typed')
}

export const hereDocuments: Scenario = async (stage, shell) => {
  if (shell === 'fish') {
    await stage.line('echo "first')
    await stage.line('second"')
  } else {
    await stage.line('cat <<END')
    await stage.line(`text ${words(stage.random, 3)}`)
    await stage.line('  indented text')
    await stage.line('END')
    await stage.line("cat > out.txt <<'EOF'")
    await stage.line('$HOME stays')
    await stage.line('EOF')
  }
  await stage.line('cat notes.txt')
  await stage.line('for i in 1 2')
  await stage.line(shell === 'fish' ? 'echo $i' : 'do echo $i')
  await stage.line(shell === 'fish' ? 'end' : 'done')
  await stage.line(plain(stage.random))
}

export const continued: Scenario = async (stage, shell) => {
  await stage.line('echo one \\')
  await stage.line('two \\')
  await stage.line('three')
  await stage.line(`echo "a quote`)
  await stage.line(`that goes on"`)
  if (shell !== 'fish') {
    await stage.line('if true; then')
    await stage.line('echo inside')
    await stage.line('fi')
  }
  await stage.line('true &&')
  await stage.line('echo chained')
  await stage.line('printf "a\\nb\\n" |')
  await stage.line('sort -r')
  await stage.line('echo last')
}

export const typedAhead: Scenario = async (stage) => {
  await stage.line('echo ready')
  await stage.type('sleep 0.5\r')
  await setTimeout(100)
  await stage.type('echo ahead one\r')
  await stage.type('echo ahead two\r')
  await stage.settle(900)
  await stage.type('sleep 0.3\r')
  await setTimeout(80)
  await stage.type('echo half')
  await stage.settle(700)
  await stage.line(' done')
  await stage.line('echo end')
}

export const cleared: Scenario = async (stage, shell) => {
  await stage.line(plain(stage.random))
  await stage.line('clear')
  await stage.line('echo after clear')
  if (hasEditor(shell)) {
    await stage.type(`echo kept${ctrl('l')}`)
    await stage.pause()
    await stage.line(' on')
    await stage.type(ctrl('l'))
    await stage.pause()
  }
  await stage.line('seq 40')
  await stage.line("printf '\\033[2J\\033[H'")
  await stage.line('echo end')
}

export const interrupted: Scenario = async (stage, shell) => {
  await stage.type('rm -rf never')
  await stage.pause()
  await stage.type(ctrl('c'))
  await stage.pause()
  await stage.line('echo runs')
  await stage.type(ctrl('c'))
  await stage.pause()
  await stage.line('sleep 20')
  await stage.type(ctrl('c'))
  await stage.pause()
  if (shell !== 'dash' && shell !== 'busybox') {
    await stage.line('echo "half')
    await stage.type(ctrl('c'))
    await stage.pause()
  }
  await stage.line('cat')
  await stage.line('read by cat')
  await stage.type(ctrl('d'))
  await stage.pause()
  await stage.line('echo end')
  await stage.type(ctrl('d'))
  await stage.ended()
}

export const resized: Scenario = async (stage) => {
  const { columns, rows } = stage
  await stage.line(plain(stage.random))
  await stage.type('echo a line that is resized')
  await stage.pause()
  stage.resize(columns - 20, rows)
  await stage.pause()
  await stage.type(' while it is edited')
  await stage.enter()
  await stage.type(long(stage.random, columns - 5))
  await stage.pause()
  stage.resize(columns + 15, rows + 5)
  await stage.pause()
  await stage.line(' end')
  await stage.type(UP)
  await stage.pause()
  stage.resize(columns, rows)
  await stage.pause()
  await stage.enter()
  await stage.line('echo last')
}

export const inChinese: Scenario = async (stage, shell) => {
  await times(4, () => stage.line(chinese(stage.random)))
  if (hasEditor(shell)) {
    await stage.type(`echo 中文字${LEFT}间${END}末`)
    await stage.enter()
    await stage.type(UP)
    await stage.enter()
  }
  await stage.type(`echo 错了${BACK}${BACK}对了`)
  await stage.enter()
  await stage.line('echo 🚀 emoji 🎉')
}

/** A macro, an autotyper, a lagging line: several keys or lines in a packet. */
export const veryFast: Scenario = async (stage) => {
  for (let i = 0; i < 6; i++) {
    stage.send(`${plain(stage.random)}\r`)
    await stage.settle()
  }
  stage.send('echo abc')
  stage.send(BACK + BACK)
  stage.send('xyz\r')
  await stage.settle()
  await stage.line('echo slow')
}

export const fullScreen: Scenario = async (stage) => {
  await stage.line('vi notes.txt')
  await stage.type('oecho not a command\x1b')
  await stage.type(':set nu\r')
  await stage.pause()
  await stage.line(':wq')
  await stage.line('less data/long.txt')
  await stage.type(' /line 4\r')
  await stage.pause()
  await stage.type('q')
  await stage.pause()
  await stage.line('nano data/b.csv')
  await stage.type('rm -rf typed in nano\r')
  await stage.type(`${ctrl('x')}n`)
  await stage.pause()
  await stage.line('htop -d 5')
  await stage.pause()
  await stage.type('q')
  await stage.pause()
  await stage.line('seq 100 | less')
  await stage.type('q')
  await stage.pause()
  await stage.line('echo back')
}

export const expanded: Scenario = async (stage) => {
  await stage.line('echo first words here')
  await stage.line('!!')
  await stage.line('echo again !$')
  await stage.line('ls notes.txt')
  await stage.line('!ec')
  await stage.line('cat !ls:1 | wc -l')
  await stage.line('echo no bang')
}

export const programInput: Scenario = async (stage, shell) => {
  stage.seen()
  await stage.type(
    shell === 'fish'
      ? "read -P 'Name: ' x\r"
      : shell.startsWith('zsh')
        ? "read 'x?Name: '\r"
        : "printf 'Name: '; read x\r",
  )
  await stage.until(/\n[\s\S]*Name: /)
  await stage.settle()
  await stage.line('alice the first')
  await stage.line('echo thanks')
  await stage.line('cat > typed.txt')
  await stage.line('line for the file')
  await stage.line('rm -rf in a file')
  await stage.type(ctrl('d'))
  await stage.pause()
  await stage.line('rm -i notes.txt')
  await stage.line('n')
  await stage.line('echo end')
}

export const secrets: Scenario = async (stage, shell) => {
  await stage.line('echo before')
  const ask = async (command: string, prompt: RegExp): Promise<void> => {
    stage.seen()
    await stage.type(`${command}\r`)
    await stage.until(prompt)
    await stage.settle()
    await stage.secret(secret(stage.random))
    await stage.enter()
  }
  await ask('sudo true', /password for alice: /)
  await stage.line('echo between')
  if (shell === 'fish') await ask("read -s -P 'Token: ' x", /\n[\s\S]*Token: /)
  else if (shell.startsWith('zsh')) await ask("read -s 'x?Token: '; echo", /\n[\s\S]*Token: /)
  else if (shell === 'bash') await ask("read -s -p 'Token: ' x; echo", /\n[\s\S]*Token: /)
  else await ask("stty -echo; printf 'Token: '; read x; stty echo; echo", /\n[\s\S]*Token: /)
  // What is said to a program is no truth of a shell whose own list is all there is.
  if (shell !== 'dash' && shell !== 'busybox') {
    await ask('mysql -p', /Enter password: /)
    await stage.settle(300)
    await stage.line('select 1;')
    await stage.line('exit')
  }
  await ask('stars', /Password: /)
  await stage.line('clear')
  await ask('sudo clear', /password for alice: /)
  await stage.line('echo end')
}

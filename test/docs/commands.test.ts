/** Every command of the README, the quick start and the guides is typed into a shell, and prints what the page says. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../structure/source/index.ts'
import { codeBlocks, firstTable, readDocument, section } from './markdown.ts'
import { type Session, startSession } from './session.ts'

type Step = {
  /** One command line; continued lines are joined. */
  readonly line: string
  readonly code: number
  /** What the page shows below the block that this line ends, if it shows something. */
  readonly output: string | undefined
}

const scripts: Record<string, string> = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts
const readme = readDocument('README.md')
const quickstart = readDocument('docs/quickstart.md')
const opensslGuide = readDocument('docs/guides/openssl.md')
const governanceGuide = readDocument('docs/guides/governance.md')
const lightGuide = readDocument('docs/guides/light-client.md')
const offline = 'Verify on another machine'

let session: Session
beforeAll(async () => {
  session = await startSession()
}, 120_000)
afterAll(() => session.end())

describe('npm', () => {
  it('has the scripts that the pages name', () => {
    const named = [readme, quickstart].flatMap(({ text }) =>
      codeBlocks(text, 'sh').flatMap((block) => [...block.matchAll(/\bnpm (?:run )?(start|test|[a-z:]+)/g)]),
    )
    const own = named.map((match) => match[1] ?? '').filter((script) => script !== 'ci')
    expect(own.filter((script) => scripts[script] === undefined)).toEqual([])
  })

  it('starts what the pages show', () => {
    expect(scripts.start).toBe('node bin/commonroot sandbox')
    const [shown = ''] = codeBlocks(section(readme, 'Start'), 'text')
    expect(plain(session.greeting)).toEqual(plain(shown))
  })
})

describe('the README', () => {
  it.each(steps(readme.text))('$line', typeStep, 60_000)
})

describe('the quick start', () => {
  const [online = ''] = quickstart.text.split(`## ${offline}`)
  it.each(steps(online))('$line', typeStep, 60_000)
})

describe('the guide to certificates of OpenSSL', () => {
  it('has a configuration to save', async () => {
    const [configuration = ''] = codeBlocks(opensslGuide.text, 'ini')
    const [file] = /(?<=^# )\S+/.exec(configuration) ?? []
    expect(file).toBe('device.cnf')
    expect(await session.type(`cat > ${file} <<'END'\n${configuration}END`)).toMatchObject({ code: 0 })
  })
  it.each(steps(opensslGuide.text))('$line', typeStep, 60_000)
  it('names the code with which its authority is refused', async () => {
    const published = await session.type(
      'npx commonroot certificate publish authority --signer .commonroot/members/vendor-borealis.key --json || true',
    )
    const codes = firstTable(section(opensslGuide, 'What is refused')).map(([, code]) => code)
    const { items } = JSON.parse(published.output) as { readonly items: readonly { readonly code: string }[] }
    expect(codes).toContain(`\`${items[0]?.code}\``)
  })
})

describe('the guide to governing together', () => {
  it.each(steps(governanceGuide.text))('$line', typeStep, 60_000)
})

describe('the guide to following a chain', () => {
  it.each(steps(lightGuide.text))('$line', typeStep, 60_000)
})

describe('the HTTP interface', () => {
  it('has the routes that its page lists, and no others', async () => {
    const answer = await fetch(`${session.url}/openapi.json`)
    const { paths } = (await answer.json()) as { readonly paths: Record<string, Record<string, unknown>> }
    const offered = Object.entries(paths).flatMap(([route, methods]) =>
      Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${route}\``),
    )
    const listed = firstTable(section(readDocument('docs/reference/api.md'), 'Routes')).map(([route]) => route)
    expect(listed.sort()).toEqual(offered.sort())
  })
})

describe('without the ledger, the quick start', () => {
  it('stops it', () => session.stopLedger())
  it.each(steps(section(quickstart, offline)))('$line', typeStep, 60_000)
})

async function typeStep({ line, code, output }: Step): Promise<void> {
  const typed = await session.type(line)
  expect(typed, typed.output).toMatchObject({ code })
  if (output !== undefined) expect(plain(typed.output)).toEqual(plain(output))
}

/** The command lines of a text, with what it shows below them. `npm` is a test of its own. */
function steps(text: string): readonly Step[] {
  const blocks = [...text.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)].map(([, kind, content = '']) => ({
    kind,
    content,
  }))
  return blocks.flatMap(({ kind, content }, index) => {
    if (kind !== 'sh' || content.startsWith('npm ')) return []
    const lines = content.replaceAll('\\\n', ' ').trimEnd().split('\n')
    const next = blocks[index + 1]
    return lines.map((line, place) => ({
      line,
      code: Number(/# exits with (\d)/.exec(line)?.[1] ?? 0),
      output: place === lines.length - 1 && next?.kind === 'text' ? next.content : undefined,
    }))
  })
}

/** What differs between two runs, and between two widths of a column, is made alike. */
function plain(text: string): readonly string[] {
  return text
    .replaceAll(/ --node http:\/\/127\.0\.0\.1:\d+/g, '')
    .replaceAll(/[0-9a-f]{64}/g, '<digest>')
    .replaceAll(/[0-9a-f]{16}\.\.\./g, '<digest>...')
    .replaceAll(/sandbox-[0-9a-f]{8}/g, 'sandbox')
    .replaceAll(/\d+(\.\d+)? k?B\b/g, '<size>')
    .replaceAll(/\d+(\.\d+)?/g, '0')
    .replaceAll(/ +/g, ' ')
    .trimEnd()
    .split('\n')
}

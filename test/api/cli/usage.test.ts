import { execFileSync, spawnSync } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeFrame } from '../../../api/cli/frame.ts'
import { makeProgram } from '../../../api/cli/program.ts'
import { run, shellCommand } from './run.ts'

const program = makeProgram(makeFrame({ code: 0 }))
const leaves = leavesOf(program, [])

function leavesOf(
  command: Command,
  path: readonly string[],
): readonly { readonly path: readonly string[]; readonly command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }]
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))
}

describe('the command tree', () => {
  it('has the commands of the contract', () => {
    expect(leaves.map(({ path }) => path.join(' '))).toEqual([
      'sandbox',
      'consortium',
      'network join',
      'network assemble',
      'network init',
      'network start',
      'node init',
      'node start',
      'node status',
      'fsck',
      'prune',
      'backup',
      'restore',
      'snapshot export',
      'snapshot verify',
      'snapshot import',
      'snapshot list',
      'member list',
      'governance propose',
      'governance vote',
      'governance list',
      'governance show',
      'governance in-force',
      'governance diff',
      'governance join',
      'governance validator',
      'device issue',
      'certificate publish',
      'certificate submit',
      'certificate show',
      'certificate status',
      'certificate revoke',
      'certificate mass-revoke',
      'search certificates',
      'voucher issue',
      'trust export',
      'trust update',
      'proof get',
      'proof verify',
      'light get',
      'light verify',
      'light evidence',
      'follower status',
      'follower rebuild',
      'module list',
      'openapi',
      'completion',
    ])
  })

  it.each(leaves.map(({ path, command }) => [path.join(' '), command] as const))(
    'explains %s with an example that it would take',
    async (words, command) => {
      let help = ''
      command.configureOutput({
        writeOut: (text) => {
          help += text
        },
      })
      command.outputHelp()
      const example = /^Example: (?:source <\()?commonroot ([^>)\n]*)/m.exec(help)?.[1] ?? ''
      const line = example.trim().split(' ')
      expect(line.join(' ').startsWith(words)).toBe(true)
      // Parsed, not run: the same tree with commands that do nothing.
      const dry = makeProgram(() => async () => undefined)
      await expect(dry.parseAsync(line, { from: 'user' })).resolves.toBeDefined()
    },
  )
})

describe('help', () => {
  it('says which options must be given, and which can be left out', async () => {
    const { code, stdout } = await run(['device', 'issue', '--help'])
    expect(code).toBe(0)
    const lines = stdout.replace(/\n {20,}/g, ' ').split('\n')
    const required = lines.filter((line) => line.endsWith('(required)')).map((line) => /--\S+/.exec(line)?.[0])
    expect(required).toEqual(['--manufacturer', '--serial', '--out'])
  })
})

describe('wrong usage', () => {
  it.each([
    [[], 'a command is missing', 'commonroot'],
    [['member'], 'a command is missing', 'commonroot member'],
    [['memebr', 'list'], "unknown command 'memebr'", 'commonroot'],
    [['member', 'list', '--jsn'], "unknown option '--jsn'", 'commonroot member list'],
    [['member', 'list', 'all'], 'too many arguments', 'commonroot member list'],
    [
      ['certificate', 'publish', 'x'],
      "required option '--signer <file>' not specified",
      'commonroot certificate publish',
    ],
    [['certificate', 'publish', '--signer', 'x'], "missing required argument 'path'", 'commonroot certificate publish'],
    [
      ['certificate', 'revoke', 'x', '--signer', 'x', '--reason', 'boredom'],
      'Allowed choices are',
      'commonroot certificate revoke',
    ],
    [['member', 'list', '--node', 'ftp://x'], 'It must be a URL', 'commonroot member list'],
    [['sandbox', '--port', '99999'], 'It must be a whole number', 'commonroot sandbox'],
  ])('%j: one clear line, where to look, exit code 2', async (words, sentence, path) => {
    const { code, stdout, stderr } = await run(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const lines = stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain(sentence)
    expect(lines[1]).toBe(`Run "${path} --help" for what it takes.`)
  })

  it('is one JSON value with --json', async () => {
    const ended = await run(['member', 'list', 'all', '--json'])
    expect(ended.code).toBe(2)
    expect(ended.json).toEqual({ error: { code: 'cli.usage', message: expect.stringContaining('too many arguments') } })
  })
})

describe('a node that does not answer', () => {
  let nowhere: string
  beforeAll(async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    nowhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
  })

  const fingerprint = 'ab'.repeat(32)
  it.each([
    ['member list'],
    [`certificate status ${fingerprint}`],
    [`certificate revoke ${fingerprint} --reason unspecified --signer none`],
    ['trust export --out /nonexistent/x'],
    [`proof get ${fingerprint} --out /nonexistent/x`],
    ['device issue --manufacturer vendor-a --serial S1 --out /nonexistent/x'],
    ['openapi'],
  ])('ends %s with exit code 3', async (words) => {
    const ended = await run([...words.split(' '), '--node', nowhere, '--json'])
    expect(ended).toMatchObject({ code: 3, json: { error: { code: 'cli.node-unreachable' } } })
  })

  it('is one sentence for a person', async () => {
    const { code, stdout, stderr } = await run(['member', 'list'], { env: { COMMONROOT_NODE: nowhere } })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toBe(`error: no node answers at ${nowhere}: the connection was refused (cli.node-unreachable)\n`)
  })
})

describe('output', () => {
  it.each(['completion fish', '--help'])('of %s ends quietly when its reader goes away', (command) => {
    const words = `${shellCommand(command)} | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', words], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0')
  })

  it('that cannot be written is one sentence and exit code 1', () => {
    const words = `${shellCommand('completion bash')} > /dev/full`
    const { status, stderr } = spawnSync('bash', ['-c', words], { encoding: 'utf8' })
    expect(stderr).toBe('error: standard output cannot be written: the disk is full (cli.unwritable)\n')
    expect(status).toBe(1)
  })

  it('has no colours where there is no terminal', async () => {
    const { stderr } = await run(['member', 'list', '--node', 'http://127.0.0.1:9'])
    expect(stderr).not.toContain('\u001b')
  })
})

describe('completion', () => {
  /** What bash would offer for a line whose last word is being typed. */
  async function offered(line: string): Promise<readonly string[]> {
    const script = (await run(['completion', 'bash'])).stdout
    const words = line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ')
    const probe = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _commonroot; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', probe], { encoding: 'utf8', cwd: '/' }).trimEnd().split('\n')
  }

  it('offers commands, options and closed lists to bash', async () => {
    expect(await offered('commonroot cert')).toEqual(['certificate'])
    expect(await offered('commonroot proof ')).toEqual(expect.arrayContaining(['get', 'verify', '--json']))
    expect(await offered('commonroot proof verify x --m')).toEqual(['--max-age'])
    expect(await offered('commonroot certificate revoke --reason key')).toEqual(['key-compromise'])
    expect(await offered('commonroot proof get x --out /et')).toEqual(['/etc'])
  })

  it('knows every command and option for zsh and fish', async () => {
    const [zsh, fish] = await Promise.all(['zsh', 'fish'].map((shell) => run(['completion', shell])))
    for (const { path, command } of leaves) {
      expect(zsh!.stdout).toContain(`" ${path.join(' ')}"`)
      for (const { long } of command.options) {
        expect(zsh!.stdout).toContain(`'${long}:`)
        expect(fish!.stdout).toContain(`-l ${long?.slice(2)} `)
      }
    }
  })

  it('refuses another shell', async () => {
    expect(await run(['completion', 'tcsh', '--json'])).toMatchObject({ code: 2 })
  })
})

import { describe, expect, it } from 'vitest'
import { handshakeRefusal } from '../../../src/engine/cometbft/handshake.ts'

const ended = (text: string) =>
  handshakeRefusal(`{"level":"info","module":"main"}\nfailed to create node: error during handshake: ${text}\n`)

describe('the end of a log of CometBFT', () => {
  it.each([
    [
      'error on replay: app block height (7) is higher than core (3)',
      { code: 'engine.application-ahead', details: { height: 7n, core: 3n } },
    ],
    [
      'error on replay: app block height (4) is too far below block store base (9)',
      { code: 'engine.blocks-gone', details: { height: 4n, base: 9n } },
    ],
    [
      'panic: state.AppHash does not match AppHash after replay. Got\n\t0A, expected 0B.',
      { code: 'engine.replay-diverged' },
    ],
    [
      'panic: block.AppHash does not match AppHash after replay. Got 0A, expected 0B.',
      { code: 'engine.replay-diverged' },
    ],
  ])('that says %s is a refusal', (text, refusal) => {
    expect(ended(text)).toMatchObject(refusal)
  })

  it.each(['', 'EOF', 'app block height (-7) is higher than core (3)', 'app block height () is higher than core ()'])(
    'that says "%s" is any other end',
    (text) => {
      expect(ended(text)).toBeUndefined()
    },
  )
})

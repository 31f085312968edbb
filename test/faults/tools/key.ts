/** Makes a key: `key.ts FOLDER`. */
import { FileKeyHolder } from '../../../src/crypto/index.ts'

const [, , folder = ''] = process.argv
const holder = await FileKeyHolder.open(folder, { passphrase: null })
await holder.generate('ES256', { label: 'line' })

import { prepareTemplate } from './databases.ts'

export default async (): Promise<void> => {
  process.env['TEST_TEMPLATE'] = await prepareTemplate()
}

import * as http from '@plinth/http'
import * as posting from '@plinth/posting'

export const parts = [http, posting]

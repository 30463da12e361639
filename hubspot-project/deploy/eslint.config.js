import js from '@eslint/js'
import { config as hubspot } from '@hubspot/eslint-config-ui-extensions'
import react from 'eslint-plugin-react'
import hooks from 'eslint-plugin-react-hooks'
import { defineConfig } from 'eslint/config'
import typescript from 'typescript-eslint'

// As HubSpot recommends it for what its worker runs; spelling and layout stay with the house's own linter.
export default defineConfig([
  js.configs.recommended,
  typescript.configs.recommended,
  react.configs.flat.recommended,
  react.configs.flat['jsx-runtime'],
  { settings: { react: { version: '18.3' } } },
  ...hubspot,
  hooks.configs.flat['recommended-latest'],
  { rules: { '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }] } },
])

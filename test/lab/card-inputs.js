import { h } from './card-dom.js'

// HubSpot's fields. As HubSpot's do, they tell onInput each letter and onChange what was settled on, by Enter or by leaving.
const two = (number) => String(number).padStart(2, '0')
const isoOf = (day) => (day ? `${day.year}-${two(day.month + 1)}-${two(day.date)}` : '')
const dayOf = (text) => {
  const [year, month, date] = text.split('-').map(Number)
  return text === '' ? null : { year, month: month - 1, date, formattedDate: text }
}
const timeOf = (time) => (time ? `${two(time.hours)}:${two(time.minutes)}` : '')
const numberOf = (text) => (text === '' ? undefined : Number(text))

const below = (node, pen) => {
  const { description, validationMessage, error } = node.props
  return { told: description || validationMessage, parts: [description && h('small', { id: pen.id(node, 'about') }, description), validationMessage && h('small', { id: pen.id(node, 'fault'), class: error ? 'fault' : '', ...(error && { role: 'alert' }) }, validationMessage)] }
}
const describedBy = (node, pen) => [node.props.description && pen.id(node, 'about'), node.props.validationMessage && pen.id(node, 'fault')].filter(Boolean).join(' ') || undefined
const common = (node, pen) => ({
  id: pen.id(node), name: node.props.name, required: node.props.required, 'aria-invalid': node.props.error ? 'true' : undefined, 'aria-describedby': describedBy(node, pen), placeholder: node.props.placeholder, readonly: node.props.readOnly,
})
const field = (node, pen, ...control) => {
  const { label = '', required, tooltip } = node.props
  return h('div', { key: node.id, class: 'field' }, h('label', { for: pen.id(node), title: tooltip }, label, required && h('span', { class: 'soft' }, ' *')), control, below(node, pen).parts)
}

const typed = (type, { write = (value) => value ?? '', read = (text) => text, more = () => ({}) } = {}) => (node, pen) => {
  const { value, defaultValue, onChange, onInput, onBlur, onFocus } = node.props
  return field(node, pen, h(type === 'area' ? 'textarea' : 'input', {
    ...common(node, pen), ...(type !== 'area' && { type }), ...more(node.props), value: write(value ?? defaultValue),
    onchange: (event) => pen.call(onChange, read(event.target.value)), oninput: (event) => pen.call(onInput, read(event.target.value)),
    onblur: (event) => pen.call(onBlur, read(event.target.value)), onfocus: (event) => pen.call(onFocus, read(event.target.value)),
  }))
}

const choices = (props) => (props.options ?? []).map(({ label, value }, at) => ({ label, value, at: String(at) }))

const select = (node, pen) => {
  const options = choices(node.props)
  const now = options.find(({ value }) => value === node.props.value)
  return field(node, pen, h('select', { ...common(node, pen), disabled: node.props.readOnly, value: now?.at ?? '', onchange: (event) => event.target.value !== '' && pen.call(node.props.onChange, options[Number(event.target.value)].value) },
    !now && h('option', { value: '' }, node.props.placeholder ?? ''), options.map(({ label, at }) => h('option', { key: at, value: at }, label))))
}

const group = (node, pen, { label, type, options, value, changed }) => {
  const chosen = new Set([value ?? options.filter(({ initialIsChecked }) => initialIsChecked).map((each) => each.value)].flat())
  const pick = (each, isChosen) => changed(type === 'radio' ? each : options.map((option) => option.value).filter((option) => (option === each ? isChosen : chosen.has(option))))
  return h('fieldset', { key: node.id, class: node.props.inline ? 'inline' : '', 'aria-describedby': describedBy(node, pen) }, h('legend', {}, label, node.props.required && h('span', { class: 'soft' }, ' *')),
    options.map((option, at) => h('label', { key: String(option.value), class: 'choice' }, h('input', { type, name: pen.id(node), id: pen.id(node, at), value: String(option.value), checked: chosen.has(option.value), disabled: option.readonly ?? option.readOnly, onchange: (event) => pick(option.value, event.target.checked) }), h('span', {}, option.label, option.description && h('small', {}, option.description)))),
    below(node, pen).parts)
}

const tick = (role, told = (checked) => [checked]) => (node, pen) => {
  const { checked, initialIsChecked, value = '', onChange, label, description } = node.props
  const local = pen.local(node, { checked: initialIsChecked === true })
  const flip = (event) => {
    local.set({ checked: event.target.checked })
    pen.call(onChange, ...told(event.target.checked, value))
  }
  return h('label', { key: node.id, class: 'choice' }, h('input', { type: role === 'radio' ? 'radio' : 'checkbox', ...(role === 'switch' && { role }), name: node.props.name, 'aria-label': node.props['aria-label'], checked: checked ?? local.checked, disabled: node.props.readonly ?? node.props.readOnly, onchange: flip }), h('span', {}, label, pen.inside(node), description && h('small', {}, description)))
}

export const inputs = {
  Checkbox: tick('checkbox', (checked, value) => [checked, value]),
  CurrencyInput: typed('number', { read: numberOf, more: ({ min, max }) => ({ min, max, step: 'any', inputmode: 'decimal' }) }),
  DateInput: typed('date', { write: isoOf, read: dayOf, more: ({ min, max }) => ({ min: isoOf(min) || undefined, max: isoOf(max) || undefined }) }),
  Form: (node, pen) => h('form', {
    key: node.id, class: 'flex down gap-sm', autocomplete: node.props.autoComplete,
    onsubmit(event) {
      event.preventDefault()
      pen.call(node.props.onSubmit, { type: 'submit', targetValue: Object.fromEntries(new FormData(event.target)) })
    },
  }, pen.inside(node)),
  Input: typed('text', { more: ({ type }) => (type === 'password' ? { type } : {}) }),
  MultiSelect: (node, pen) => group(node, pen, { label: node.props.label ?? '', type: 'checkbox', options: node.props.options ?? [], value: node.props.value, changed: (value) => pen.call(node.props.onChange, value) }),
  NumberInput: typed('number', { read: numberOf, more: ({ min, max, precision = 0 }) => ({ min, max, step: precision > 0 ? 'any' : '1' }) }),
  RadioButton: tick('radio', (checked, value) => [checked, value]),
  SearchInput(node, pen) {
    const { value = '', clearable, onChange, onInput } = node.props
    return field(node, pen, h('div', { class: 'searching' },
      h('input', { ...common(node, pen), type: 'search', value, onchange: (event) => pen.call(onChange, event.target.value), oninput: (event) => pen.call(onInput, event.target.value) }),
      clearable && value !== '' && h('button', { type: 'button', class: 'bare', 'aria-label': pen.words.clear, onclick: () => (pen.call(onInput, ''), pen.call(onChange, '')) }, '✕')))
  },
  Select: select,
  StepperInput: typed('number', { read: numberOf, more: ({ min, max, stepSize = 1 }) => ({ min, max, step: String(stepSize) }) }),
  TextArea: typed('area', { more: ({ rows = 3, maxLength }) => ({ rows: String(rows), maxlength: maxLength }) }),
  TimeInput: typed('time', {
    write: timeOf, more: ({ min, max, interval }) => ({ min: timeOf(min) || undefined, max: timeOf(max) || undefined, step: interval && String(interval * 60) }),
    read(text) {
      const [hours, minutes] = text.split(':').map(Number)
      return text === '' ? undefined : { hours, minutes }
    },
  }),
  Toggle: tick('switch'),
  ToggleGroup: (node, pen) => group(node, pen, { label: node.props.label, type: node.props.toggleType === 'radioButtonList' ? 'radio' : 'checkbox', options: node.props.options ?? [], value: node.props.value, changed: (value) => pen.call(node.props.onChange, value) }),
}

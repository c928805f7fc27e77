"""Does the interest of accounts again, from what `plinth explain interest --json` prints and nothing else.

Reads explanations, one a line, each of an account's whole life, and prints where it comes to something else; exits 1 then.
It shares no code with Plinth: dates are of datetime, numbers of fractions, rules as the contract and ADR 0017 state them.
"""
import json
import math
import sys
from datetime import date, timedelta
from fractions import Fraction

ONE_DAY = timedelta(days=1)


def days_of(text):
    return date.fromisoformat(text)


def thirties(first, last, european):
    start = min(first.day, 30)
    end = min(last.day, 30) if european or start == 30 else last.day
    return Fraction(360 * (last.year - first.year) + 30 * (last.month - first.month) + end - start, 360)


def is_leap(year):
    return (date(year, 12, 31) - date(year, 1, 1)).days == 365


def part_of_year(day_count, period_start, day):
    if day_count == 'ACT/365F':
        return Fraction(1, 365)
    if day_count == 'ACT/360':
        return Fraction(1, 360)
    if day_count == 'ACT/ACT-ISDA':
        return Fraction(1, 366 if is_leap(day.year) else 365)
    european = day_count == '30E/360'
    return thirties(period_start, day + ONE_DAY, european) - thirties(period_start, day, european)


def interest_of_a_year(tiers, amount):
    bounds = [Fraction(tier['from']) for tier in tiers[1:]] + [amount]
    total = Fraction(0)
    for tier, end in zip(tiers, bounds):
        slice_of = min(amount, end) - Fraction(tier['from'])
        total += max(slice_of, 0) * Fraction(tier['rate'])
    return total


def rounded(exact, how, decimals):
    minor = exact * 10**decimals
    whole = {
        'half_even': round,
        'half_up': lambda x: math.floor(x + Fraction(1, 2)),
        'up': math.ceil,
        'down': math.floor,
    }[how](minor)
    return Fraction(whole, 10**decimals)


def ends_period(capitalisation, day):
    after = day + ONE_DAY
    if after.day != 1 or capitalisation == 'none':
        return False
    return {'monthly': True, 'quarterly': after.month in (1, 4, 7, 10), 'yearly': after.month == 1}[capitalisation]


class Account:
    def __init__(self, said):
        self.said = said
        self.faults = []
        self.moves = []  # (value date, amount) of lines that were looked at, and of what was capitalised
        self.newest = {}  # day -> (balance, {'credit': ..., 'debit': ...}, snapshot, fraction)
        self.sum = {'credit': Fraction(0), 'debit': Fraction(0)}
        self.rounded = dict(self.sum)
        self.period_start = days_of(said['firstDay'])
        self.next_day = self.period_start
        self.terms = {each['snapshotNo']: each for each in said['terms']}
        self.snapshot = None
        self.untaxed = Fraction(0)

    def expect(self, where, expected, found):
        if expected != found:
            self.faults.append(f"{self.said['accountId']} {where}: {expected} by hand, {found} in the books")

    def terms_on(self, day):
        return [each for each in self.said['terms'] if days_of(each['effectiveFrom']) <= day][-1]

    def balance_on(self, day):
        first = days_of(self.said['firstDay'])
        return sum((amount for value, amount in self.moves if max(value, first) <= day), Fraction(0))

    def look_at(self, lines):
        """Counts the lines that a run was the first to look at, and says since when they change what has accrued."""
        first = days_of(self.said['firstDay'])
        dates = [self.next_day]
        for line in lines:
            value = days_of(line['valueDate'])
            self.moves.append((value, Fraction(line['amount'])))
            dates.append(max(value, first))
        return min(dates)

    def of_day(self, terms, balance, fraction):
        earns = balance > 0 and balance >= Fraction(terms['minimumBalance'])
        return {
            'credit': interest_of_a_year(terms['creditTiers'], balance) * fraction if earns and terms['creditTiers'] else Fraction(0),
            'debit': interest_of_a_year(terms['debitTiers'], -balance) * fraction if balance < 0 and terms['debitTiers'] else Fraction(0),
        }

    def book(self, step, interest, before):
        """Adds what a row changes to the sums, and compares it with the row."""
        where = f"{step['day']} revision {step['revision']}"
        rounding = self.terms[self.snapshot]['rounding']
        for side in ('credit', 'debit'):
            change = interest[side] - before[side]
            self.sum[side] += change
            now = rounded(self.sum[side], rounding, self.said['decimals']) if change != 0 else self.rounded[side]
            row = step[side]
            self.expect(f'{where} {side}', interest[side], Fraction(row['interest']['fraction']))
            self.expect(f'{where} {side} change', change, Fraction(row['change']['fraction']))
            self.expect(f'{where} {side} sum', self.sum[side], Fraction(row['sum']['exact']['fraction']))
            self.expect(f'{where} {side} rounded', now, Fraction(row['sum']['rounded']))
            self.expect(f'{where} {side} posted', now - self.rounded[side], Fraction(row['posted']))
            self.rounded[side] = now

    def make_up(self, since, steps):
        """The days that must be made up for are those whose balance is another one now."""
        due = []
        while since < self.next_day:
            if self.balance_on(since) != self.newest[since][0]:
                due.append(since)
            since += ONE_DAY
        self.expect('days made up for', [str(day) for day in due], [step['day'] for step in steps])
        for step in steps:
            day = days_of(step['day'])
            before_balance, before, snapshot, fraction = self.newest[day]
            balance = self.balance_on(day)
            self.expect(f'{day} balance before', before_balance, Fraction(step['balanceBefore']))
            self.expect(f'{day} balance', balance, Fraction(step['balance']))
            interest = self.of_day(self.terms[snapshot], balance, fraction)
            self.newest[day] = (balance, interest, snapshot, fraction)
            self.book(step, interest, before)

    def accrue(self, step):
        day = days_of(step['day'])
        self.expect('next day', str(self.next_day), step['day'])
        self.next_day = day + ONE_DAY
        terms = self.terms_on(day)
        self.snapshot = terms['snapshotNo']
        self.expect(f'{day} terms', self.snapshot, step['snapshotNo'])
        fraction = part_of_year(terms['dayCount'], self.period_start, day)
        self.expect(f'{day} fraction', fraction, Fraction(step['dayFraction']))
        balance = self.balance_on(day)
        self.expect(f'{day} balance', balance, Fraction(step['balance']))
        interest = self.of_day(terms, balance, fraction)
        self.newest[day] = (balance, interest, self.snapshot, fraction)
        self.book(step, interest, {'credit': Fraction(0), 'debit': Fraction(0)})
        return ends_period(terms['capitalisation'], day)

    def adjust(self, step):
        """Whole amounts that did not come from days; of a closing, what is paid back of debit interest bears no tax."""
        for side in self.sum:
            self.sum[side] += Fraction(step[side])
            self.rounded[side] += Fraction(step[side])
        if step['reason'] == 'settled':
            self.untaxed += Fraction(step['debit'])
            # It leaves nothing to be carried on below zero, and ends the period also where nothing is capitalised.
            for side in self.sum:
                if self.rounded[side] < 0:
                    self.faults.append(f"{self.said['accountId']} settled {step['valueDate']}: {side} below zero")

    def end_period(self, step):
        """`step`: what the books say of it, or None where nothing was capitalised."""
        moved = {side: max(self.rounded[side], Fraction(0)) for side in self.sum}
        terms = self.terms[self.snapshot]
        tax = rounded(Fraction(terms['withholdingTaxRate']) * (moved['credit'] - self.untaxed), terms['rounding'], self.said['decimals'])
        said = step or {'credit': '0', 'tax': '0', 'debit': '0', 'net': '0', 'valueDate': str(self.next_day)}
        where = f'capitalised of value {self.next_day}'
        self.expect(where, str(self.next_day), said['valueDate'])
        for name, amount in (*moved.items(), ('tax', tax), ('net', moved['credit'] - tax - moved['debit'])):
            self.expect(f'{where} {name}', amount, Fraction(said[name]))
        if step is not None:
            self.moves.append((self.next_day, Fraction(step['net'])))
        for side in self.sum:
            self.sum[side] -= moved[side]
            self.rounded[side] -= moved[side]
        self.period_start = self.next_day
        self.untaxed = Fraction(0)

    def check(self):
        said = self.said
        looked_at = None
        ended = set()
        for at, step in enumerate(said['steps']):
            if step['kind'] == 'adjustment':
                self.adjust(step)
                behind = said['steps'][at + 1:at + 2]
                if step['reason'] == 'settled' and not (behind and behind[0]['kind'] == 'capitalisation'):
                    self.end_period(None)
            elif step['kind'] == 'capitalisation':
                if step['valueDate'] not in ended:
                    self.end_period(step)
            else:
                if looked_at != step['run']:
                    looked_at = step['run']
                    since = self.look_at(
                        line for line in said['lines'] if line['seenIn'] == step['run'] and not line['capitalisation'])
                    self.make_up(since, [other for other in said['steps'] if other.get('run') == step['run']
                                         and other['kind'] == 'accrual' and other['revision'] > 0])
                if step['revision'] == 0 and self.accrue(step):
                    # Engines may have said something between the run and the capitalisation.
                    capitalised = [other for other in said['steps']
                                   if other['kind'] == 'capitalisation' and other['valueDate'] == str(self.next_day)]
                    self.end_period(capitalised[0] if capitalised else None)
                    ended.update(other['valueDate'] for other in capitalised)
        self.expect('last day', str(self.next_day - ONE_DAY), said['accruedThrough'])
        return self.faults


def main():
    faults = []
    accounts = steps = 0
    for text in sys.stdin:
        said = json.loads(text)
        accounts += 1
        steps += len(said['steps'])
        faults += Account(said).check()
    for fault in faults[:40]:
        print(fault)
    print(f'{accounts} accounts, {steps} steps, {len(faults)} faults')
    return 1 if faults or accounts == 0 else 0


sys.exit(main())

"""The four purchase models worked out slowly, to 40 digits, from the stories they tell.

A customer's purchase rate is gamma-distributed with shape r and alpha. While alive the customer buys at that rate.
BG: after each repeat purchase (MBG: after every purchase) the customer leaves with a probability that is
beta-distributed with a and b. Pareto: the customer leaves at a rate that is gamma-distributed with s and beta.
NBD: the customer stays. What is asked is the mean, over the rates, of what is plain once they are known; here it is
added up in mpmath. Nothing is taken from crmkit.
"""

from functools import cache

import mpmath as mp

# Nothing beside 1, on the log scale.
_NOTHING = -95


def integral(log_f, begin, end):
    """Integrate exp(log_f(y - begin, end - y)) over y from begin to end.

    The trapezoidal rule after the double exponential substitution of Takahasi and Mori (1974), with steps halved until
    nothing moves; both ends are given by the distance to them, so that neither is lost.
    """
    length = mp.mpf(end) - begin

    @cache
    def log_term(w):
        v = mp.sinh(w)
        left, right = length / (1 + mp.exp(-v)), length / (1 + mp.exp(v))
        return log_f(left, right) + mp.log(left) + mp.log(right / length) + mp.log(mp.cosh(w))

    step = mp.mpf(1) / 4
    centre = _highest(log_term, step)
    before = None
    for _ in range(16):
        peak = log_term(centre)
        total = mp.mpf(1)
        for side in (step, -step):
            w = centre + side
            while (term := log_term(w) - peak) > _NOTHING:
                total += mp.exp(term)
                w += side
        now = total * step * mp.exp(peak)
        # Half the step squares the error.
        if before is not None and abs(now - before) <= abs(now) * mp.mpf(10) ** -14:
            return now
        before, step = now, step / 2
    raise ArithmeticError("the integral does not settle")


def _highest(log_term, step):
    """Where the integrand is largest."""
    at = max((step * k for k in range(-44, 45)), key=log_term)
    while step > mp.mpf(2) ** -14:
        at = max((at - step, at, at + step), key=log_term)
        step = step / 2
    return at


# Means over the rates.


def log_gamma_mean(r, alpha, x, y):
    """Log mean of rate^x exp(-rate y) over the gamma distribution."""
    return mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) - (r + x) * mp.log(alpha + y)


def log_beta_mean(a, b, i, j):
    """Log mean of p^i (1 - p)^j over the beta distribution."""
    return log_beta(a + i, b + j) - log_beta(a, b)


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def mean_over_p(a, b, log_given):
    """Mean of exp(log_given(p)) over the beta distribution."""

    def log_f(left, right):
        return (a - 1) * mp.log(left) + (b - 1) * mp.log(right) - log_beta(a, b) + log_given(left)

    return integral(log_f, 0, 1)


def log_poisson_mean(r, alpha, n, t):
    """Log probability of n purchases in t by somebody who stays."""
    return log_gamma_mean(r, alpha, n, t) + (n * mp.log(t) if n else 0) - mp.loggamma(n + 1)


def at_least(r, alpha, n, t):
    """Probability of n purchases or more in t by somebody who stays; all terms of the sum are positive."""
    return mp.exp(log_poisson_mean(r, alpha, n, t)) * mp.hyp2f1(1, n + r, n + 1, t / (alpha + t))


# The models. A history is x, t_x, T; what is said of the future is said of somebody alive at T.


class BetaGeo:
    parameters = ("r", "alpha", "a", "b")
    # Coins thrown by the time of x repeat purchases: x + first.
    first = 0

    def __init__(self, **params):
        self.params = {name: mp.mpf(params[name]) for name in self.parameters}
        self.r, self.alpha, self.a, self.b = self.params.values()

    def log_terms(self, x, t_x, T):
        """Logs of the likelihood of being alive at T, and of having left with the last purchase."""
        coins = x + self.first
        alive = log_gamma_mean(self.r, self.alpha, x, T) + log_beta_mean(self.a, self.b, 0, coins)
        if coins == 0:
            return alive, mp.mpf("-inf")
        return alive, log_gamma_mean(self.r, self.alpha, x, t_x) + log_beta_mean(self.a, self.b, 1, coins - 1)

    def own(self, x, T):
        """The rates' distributions among those with the history who are alive."""
        return self.r + x, self.alpha + T, self.a, self.b + x + self.first

    def survival(self, x, T, t):
        # Given the rates, leaving happens at the rate lambda p.
        r, alpha, a, b = self.own(x, T)
        return mean_over_p(a, b, lambda p: -r * mp.log1p(p * t / alpha))

    def expected(self, x, T, t):
        # Given the rates, (1 - exp(-lambda p t)) / p.
        r, alpha, a, b = self.own(x, T)
        return mean_over_p(a, b, lambda p: mp.log(-mp.expm1(-r * mp.log1p(p * t / alpha)) / p))

    def discounted(self, x, T, t, rate):
        # Given the rates, sooner or later lambda / (rate + lambda p): Euler's integral over p, then over lambda.
        r, alpha, a, b = self.own(x, T)
        if t == mp.inf:

            def log_f(left, right):
                now = left / right  # lambda
                density = r * mp.log(alpha) - mp.loggamma(r) + (r - 1) * mp.log(now) - alpha * now
                given = mp.hyp2f1(1, a, a + b, -now / rate) / rate
                return density - 2 * mp.log(right) + mp.log(now * given)

            return integral(log_f, 0, 1)

        # The rate of purchases at u is the mean of lambda exp(-lambda p u).
        def log_rate(left, right):
            return mp.log(r / alpha * mp.hyp2f1(r + 1, a, a + b, -left / alpha)) - rate * left

        return integral(log_rate, 0, t)

    def pmf(self, x, T, n, t):
        r, alpha, a, b = self.own(x, T)
        stays = mp.exp(log_poisson_mean(r, alpha, n, t) + log_beta_mean(a, b, 0, n))
        if n == 0:
            return stays
        return stays + at_least(r, alpha, n, t) * mp.exp(log_beta_mean(a, b, 1, n - 1))

    def raised(self, **by):
        return type(self)(**{name: value + by.get(name, 0) for name, value in self.params.items()})

    def rates(self, x, t_x, T):
        """Posterior means: the prior's mean times the likelihood's ratio when the rate is counted once more."""
        base = log_likelihood(self, x, t_x, T)
        of_rate = log_likelihood(self.raised(r=1), x, t_x, T) - base
        of_p = log_likelihood(self.raised(a=1), x, t_x, T) - base
        return {
            "purchase_rate": self.r / self.alpha * mp.exp(of_rate),
            "dropout_probability": self.a / (self.a + self.b) * mp.exp(of_p),
        }


class ModifiedBetaGeo(BetaGeo):
    first = 1


class Pareto:
    parameters = ("r", "alpha", "s", "beta")

    def __init__(self, **params):
        self.params = {name: mp.mpf(params[name]) for name in self.parameters}
        self.r, self.alpha, self.s, self.beta = self.params.values()

    raised = BetaGeo.raised

    def log_survival(self, y):
        return log_gamma_mean(self.s, self.beta, 0, y)

    def log_density(self, y):
        return log_gamma_mean(self.s, self.beta, 1, y)

    def log_terms(self, x, t_x, T):
        alive = log_gamma_mean(self.r, self.alpha, x, T) + self.log_survival(T)
        if t_x == T:
            return alive, mp.mpf("-inf")

        def log_f(left, right):
            return log_gamma_mean(self.r, self.alpha, x, t_x + left) + self.log_density(t_x + left)

        return alive, mp.log(integral(log_f, t_x, T))

    def own(self, x, T):
        return type(self)(r=self.r + x, alpha=self.alpha + T, s=self.s, beta=self.beta + T)

    def survival(self, x, T, t):
        return mp.exp(self.own(x, T).log_survival(t))

    def expected(self, x, T, t):
        return self.discounted(x, T, t, mp.mpf(0))

    def discounted(self, x, T, t, rate):
        own = self.own(x, T)
        if t == mp.inf:

            def log_f(left, right):
                # the time is left / right
                return own.log_survival(left / right) - rate * left / right - 2 * mp.log(right)

            return own.r / own.alpha * integral(log_f, 0, 1)
        return own.r / own.alpha * integral(lambda left, _: own.log_survival(left) - rate * left, 0, t)

    def pmf(self, x, T, n, t):
        own = self.own(x, T)

        def log_f(left, right):
            return log_poisson_mean(own.r, own.alpha, n, left) + own.log_density(left)

        stays = mp.exp(log_poisson_mean(own.r, own.alpha, n, t) + own.log_survival(t))
        return stays + integral(log_f, 0, t)

    def rates(self, x, t_x, T):
        base = log_likelihood(self, x, t_x, T)
        return {
            "purchase_rate": self.r / self.alpha * mp.exp(log_likelihood(self.raised(r=1), x, t_x, T) - base),
            "dropout_rate": self.s / self.beta * mp.exp(log_likelihood(self.raised(s=1), x, t_x, T) - base),
        }


class NBD:
    parameters = ("r", "alpha")

    def __init__(self, **params):
        self.params = {name: mp.mpf(params[name]) for name in self.parameters}
        self.r, self.alpha = self.params.values()

    raised = BetaGeo.raised

    def log_terms(self, x, _, T):
        return log_gamma_mean(self.r, self.alpha, x, T), mp.mpf("-inf")

    def survival(self, *_):
        return mp.mpf(1)

    def expected(self, x, T, t):
        return (self.r + x) / (self.alpha + T) * t

    def discounted(self, x, T, t, rate):
        return (self.r + x) / (self.alpha + T) * -mp.expm1(-rate * t) / rate

    def pmf(self, x, T, n, t):
        return mp.exp(log_poisson_mean(self.r + x, self.alpha + T, n, t))

    def rates(self, x, t_x, T):
        base = log_likelihood(self, x, t_x, T)
        return {"purchase_rate": self.r / self.alpha * mp.exp(log_likelihood(self.raised(r=1), x, t_x, T) - base)}


MODELS = {"bg": BetaGeo, "mbg": ModifiedBetaGeo, "pareto": Pareto, "nbd": NBD}


def log_likelihood(model, x, t_x, T):
    alive, left = model.log_terms(x, t_x, T)
    return alive + mp.log1p(mp.exp(left - alive)) if left < alive else left + mp.log1p(mp.exp(alive - left))


def alive(model, x, t_x, T):
    here, left = model.log_terms(x, t_x, T)
    return 1 / (1 + mp.exp(left - here))


def gone(model, x, t_x, T):
    """The complement of `alive`, to as many digits."""
    here, left = model.log_terms(x, t_x, T)
    return 1 / (1 + mp.exp(here - left)) if left > mp.mpf("-inf") else mp.mpf(0)

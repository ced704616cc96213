import { exp } from './exp';
import { expm1 } from './expm1';
import { log1p } from './log1p';
import { sigmoid } from './sigmoid';
import { tanh } from './tanh';

// Each activation is a pair, for four units: its value σ(z), and its slope σ′(z), which may use a = σ(z). α is the layer's
// alpha in all four lanes. For every finite z both are finite, unless α, or the λ of selu, makes them overflow; σ(NaN) is NaN. The classes
// have no instances: they are type arguments for which one loop is compiled per activation. All round each operation once,
// in the order in which it is written here.

/** σ(z) = 1/(1 + e⁻ᶻ), σ′ = a(1 − a). */
export class Sigmoid {
  value(z: v128, alpha: v128): v128 {
    return sigmoid(z);
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
  }
}

/** tanh z, σ′ = 1 − a². Rounds: the square, then the difference. */
export class Tanh {
  value(z: v128, alpha: v128): v128 {
    return tanh(z);
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return f32x4.sub(f32x4.splat(1), f32x4.mul(a, a));
  }
}

/** max(z, 0); σ′ = 1 if z > 0, else 0. Rounds nothing. */
export class Relu {
  value(z: v128, alpha: v128): v128 {
    return f32x4.max(z, f32x4.splat(0));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return v128.and(f32x4.gt(z, f32x4.splat(0)), f32x4.splat(1));
  }
}

/** z if z > 0, else αz (Maas et al. 2013); σ′ = 1 if z > 0, else α, also at 0. */
export class LeakyRelu {
  value(z: v128, alpha: v128): v128 {
    return v128.bitselect(z, f32x4.mul(alpha, z), f32x4.gt(z, f32x4.splat(0)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(1), alpha, f32x4.gt(z, f32x4.splat(0)));
  }
}

/**
 * z if z > 0, else α(eᶻ − 1) (Clevert et al. 2016); σ′ = 1 if z > 0, else a + α, which is α at 0.
 */
export class Elu {
  value(z: v128, alpha: v128): v128 {
    return v128.bitselect(z, f32x4.mul(alpha, expm1(z)), f32x4.gt(z, f32x4.splat(0)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(1), f32x4.add(a, alpha), f32x4.gt(z, f32x4.splat(0)));
  }
}

/** ln(1 + eᶻ) as max(z, 0) + ln(1 + e^−|z|), which neither overflows nor cancels; σ′ = 1/(1 + e⁻ᶻ). */
export class Softplus {
  value(z: v128, alpha: v128): v128 {
    return f32x4.add(f32x4.max(z, f32x4.splat(0)), log1p(exp(f32x4.neg(f32x4.abs(z)))));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return sigmoid(z);
  }
}

/** Swish, or SiLU (Ramachandran et al. 2017): zs with s = 1/(1 + e⁻ᶻ); σ′ = s + a(1 − s). */
export class Swish {
  value(z: v128, alpha: v128): v128 {
    return f32x4.mul(z, sigmoid(z));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    return gatedSlope(z, a, f32x4.splat(1));
  }
}

/**
 * GELU in its tanh form (Hendrycks and Gimpel 2016): ½z(1 + tanh(√(2/π)(z + 0.044715z³))). By 1 + tanh u = 2/(1 + e⁻²ᵘ)
 * that is zs with s = 1/(1 + e⁻ʷ), w = z(c + dz²), c = 2√(2/π), d = 0.044715c, which does not cancel for z < 0;
 * σ′ = s + a(1 − s)w′, w′ = c + 3dz². The slope first clamps z to ±16, where s is 0 or 1 and w′ is still finite.
 */
export class Gelu {
  value(z: v128, alpha: v128): v128 {
    return f32x4.mul(z, sigmoid(gate(z)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    z = f32x4.max(f32x4.min(z, f32x4.splat(16)), f32x4.splat(-16));
    const rise = f32x4.add(f32x4.splat(1.59576912), f32x4.mul(f32x4.splat(0.214064449), f32x4.mul(z, z)));
    return gatedSlope(gate(z), a, rise);
  }
}

function gate(z: v128): v128 {
  const factor = f32x4.add(f32x4.splat(1.59576912), f32x4.mul(f32x4.splat(0.0713548163), f32x4.mul(z, z)));
  return f32x4.mul(z, factor);
}

/**
 * s + (a(1 − s))w′ with s = 1/(1 + e⁻ʷ) and 1 − s = e⁻ʷs, which does not cancel. It first raises w to at least −88, from
 * where e⁻ʷ is finite.
 */
function gatedSlope(w: v128, a: v128, rise: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp(f32x4.neg(f32x4.max(w, f32x4.splat(-88))));
  const s = f32x4.div(one, f32x4.add(one, e));
  return f32x4.add(s, f32x4.mul(f32x4.mul(a, f32x4.mul(e, s)), rise));
}

/**
 * GELU (Hendrycks and Gimpel 2016): zΦ(z), where Φ is the distribution function of N(0, 1); σ′ = Φ(z) + zφ(z) with
 * φ = e^(−z²/2)/√(2π).
 */
export class GeluExact {
  value(z: v128, alpha: v128): v128 {
    return f32x4.mul(z, distribution(z, bell(z)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    const e = bell(z);
    return f32x4.add(distribution(z, e), f32x4.mul(z, f32x4.mul(f32x4.splat(0.39894228), e)));
  }
}

/** e^(−z²/2). */
function bell(z: v128): v128 {
  return exp(f32x4.mul(f32x4.splat(-0.5), f32x4.mul(z, z)));
}

/**
 * Φ(z) with e = e^(−z²/2): Φ(−|z|) = e·tQ(t) with t = 1/(1 + 0.4|z|), which is 1 − Φ(|z|), so nothing cancels for z < 0.
 * Polynomial Q: fitted to minimize the largest relative error for |z| ≤ 6, which is 5.2e-8. Of Φ itself, with its roundings, 3.0e-7
 * for |z| ≤ 2.
 */
function distribution(z: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(0.4), f32x4.abs(z))));
  let p = f32x4.splat(-3.84256579e-2);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.94548026e-1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-3.6047858e-1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(2.35077828e-1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-8.6848036e-4));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.53288364e-1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.57152683e-1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.59705788e-1));
  const tail = f32x4.mul(f32x4.mul(p, t), e);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(z, f32x4.splat(0)));
}

/** λz if z > 0, else λα(eᶻ − 1), with the λ and α of Klambauer et al. 2017; σ′ = λ if z > 0, else a + λα, also at 0. */
export class Selu {
  value(z: v128, alpha: v128): v128 {
    const below = f32x4.mul(f32x4.splat(1.75809934), expm1(z));
    return v128.bitselect(f32x4.mul(f32x4.splat(1.05070099), z), below, f32x4.gt(z, f32x4.splat(0)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    const below = f32x4.add(a, f32x4.splat(1.75809934));
    return v128.bitselect(f32x4.splat(1.05070099), below, f32x4.gt(z, f32x4.splat(0)));
  }
}

/**
 * z·tanh(ln(1 + eᶻ)) (Misra 2019). With n = e(e + 2) and e = eᶻ, the tanh is n/(n + 2), where nothing cancels; σ′ = that +
 * z·4e(e + 1)/(n + 2)². z is first lowered to 20 in e and in the last term: from there on the tanh is 1 and its slope 0.
 */
export class Mish {
  value(z: v128, alpha: v128): v128 {
    const e = exp(f32x4.min(z, f32x4.splat(20)));
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    return f32x4.mul(z, f32x4.div(n, f32x4.add(n, f32x4.splat(2))));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    z = f32x4.min(z, f32x4.splat(20));
    const e = exp(z);
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    const rest = f32x4.add(n, f32x4.splat(2));
    const rise = f32x4.mul(f32x4.mul(f32x4.splat(4), e), f32x4.add(e, f32x4.splat(1)));
    return f32x4.add(f32x4.div(n, rest), f32x4.mul(z, f32x4.div(rise, f32x4.mul(rest, rest))));
  }
}

/** z/(1 + |z|); σ′ = 1/(1 + |z|)², the quotient squared. */
export class Softsign {
  value(z: v128, alpha: v128): v128 {
    return f32x4.div(z, f32x4.add(f32x4.splat(1), f32x4.abs(z)));
  }
  slope(z: v128, a: v128, alpha: v128): v128 {
    const one = f32x4.splat(1);
    const quotient = f32x4.div(one, f32x4.add(one, f32x4.abs(z)));
    return f32x4.mul(quotient, quotient);
  }
}

package io.langevin.score;

/**
 * The part of the TorchScript text that every network shares. {@code mean} leaves channels-last
 * where gradients are taken: PyTorch's backward pass of that pooling is wrong on CUDA otherwise.
 */
final class ScoreMethods {
    static final String TEXT =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              def norm(self: __torch__.Program, x: Tensor, alpha: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
                if torch.is_grad_enabled():
                  y = (self).normTrained(x, alpha, gamma, beta)
                else:
                  y = (self).normSampled(x, alpha, gamma, beta)
                return y
              def normTrained(self: __torch__.Program, x: Tensor, alpha: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
                m = torch.mean(x, [2, 3], True, dtype=7)
                u = torch.mean(m, [1], True)
                v = torch.var(m, [1], True, True)
                n = torch.to(torch.div(torch.sub(m, u), torch.sqrt(torch.add(v, 1e-5))), ops.prim.dtype(x))
                d = torch.sub(x, torch.mean(x, [2, 3], True))
                w = torch.mean(torch.mul(d, d), [2, 3], True)
                h = torch.mul(d, torch.rsqrt(torch.add(w, 1e-5)))
                return torch.add(torch.mul(gamma, torch.add(h, torch.mul(n, alpha))), beta)
              def normSampled(self: __torch__.Program, x: Tensor, alpha: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
                m = torch.mean(x, [2, 3], True)
                d = torch.sub(x, m)
                v = torch.mean(torch.mul(d, d), [2, 3], True)
                scale = torch.mul(torch.rsqrt(torch.add(v, 1e-5)), gamma)
                c = torch.sub(m, torch.mean(m, [1], True))
                u = torch.div(torch.sum(torch.mul(c, c), [1], True), torch.sub(torch.size(x, 1), 1))
                n = torch.mul(c, torch.rsqrt(torch.add(u, 1e-5)))
                shift = torch.addcmul(beta, torch.mul(alpha, gamma), n)
                return torch.addcmul(shift, d, scale)
              def convolve(self: __torch__.Program, x: Tensor, w: Tensor, b: Optional[Tensor], padding: List[int], dilation: List[int]) -> Tensor:
                if (self).direct(x):
                  y = torch.mkldnn_convolution(x, w, b, padding, [1, 1], dilation, 1)
                else:
                  y = torch.conv2d(x, w, b, [1, 1], padding, dilation)
                return y
              def conditional(self: __torch__.Program, x: Tensor, w: Tensor, level: Tensor) -> Tensor:
                c = torch.size(x, 1)
                gamma, alpha, beta, = torch.unsafe_chunk(torch.view(torch.embedding(w, level), [-1, torch.mul(c, 3), 1, 1]), 3, 1)
                return (self).norm(x, alpha, gamma, beta)
              def pool(self: __torch__.Program, x: Tensor) -> Tensor:
                if torch.is_grad_enabled():
                  y = torch.max_pool2d(x, [5, 5], [1, 1], [2, 2])
                else:
                  h = (self).slide(torch.constant_pad_nd(x, [2, 2, 2, 2], -3e38), 2)
                  y = (self).slide(h, 3)
                return y
              def mean(self: __torch__.Program, x: Tensor) -> Tensor:
                if torch.is_grad_enabled():
                  h = torch.avg_pool2d(torch.contiguous(x, memory_format=0), [5, 5], [1, 1], [2, 2])
                  y = torch.contiguous(h, memory_format=2)
                else:
                  y = torch.avg_pool2d(x, [5, 5], [1, 1], [2, 2])
                return y
              def slide(self: __torch__.Program, x: Tensor, d: int) -> Tensor:
                n = torch.sub(torch.size(x, d), 4)
                two = torch.maximum(torch.narrow(x, d, 0, torch.add(n, 2)), torch.narrow(x, d, 1, torch.add(n, 2)))
                four = torch.maximum(torch.narrow(two, d, 0, n), torch.narrow(two, d, 2, n))
                return torch.maximum(four, torch.narrow(x, d, 4, n))
              def prepareBfloat16(self: __torch__.Program, w: Tensor) -> List[Tensor]:
                return (self).prepare(torch.to(w, 15))
              def losses(self: __torch__.Program, p: List[Tensor], x: Tensor, noise: Tensor, sigma: Tensor, level: Tensor) -> Tensor:
                f = (self).body(p, torch.addcmul(x, sigma, noise), sigma, level)
                e = torch.add(f, noise)
                return torch.mul(torch.sum(torch.mul(e, e), [1, 2, 3]), 0.5)
              def gradient(self: __torch__.Program, w: Tensor, x: Tensor, noise: Tensor, sigma: Tensor, level: Tensor, share: Tensor) -> Tuple[Tensor, Tensor]:
                return (self).gradientIn(False, w, x, noise, sigma, level, share)
              def gradientBfloat16(self: __torch__.Program, w: Tensor, x: Tensor, noise: Tensor, sigma: Tensor, level: Tensor, share: Tensor) -> Tuple[Tensor, Tensor]:
                return (self).gradientIn(True, w, x, noise, sigma, level, share)
              def gradientIn(self: __torch__.Program, rounded: bool, w: Tensor, x: Tensor, noise: Tensor, sigma: Tensor, level: Tensor, share: Tensor) -> Tuple[Tensor, Tensor]:
                torch.set_grad_enabled(True)
                q = torch.requires_grad_(torch.detach(w))
                if rounded:
                  p = (self).prepareBfloat16(q)
                else:
                  p = (self).prepare(q)
                l = (self).losses(p, x, noise, sigma, level)
                g = torch.grad([torch.sum(torch.mul(l, share))], [q])
                torch.set_grad_enabled(False)
                return (torch.detach(l), unchecked_cast(Tensor, g[0]))
              def update(self: __torch__.Program, w: Tensor, m: Tensor, v: Tensor, ema: Tensor, g: Tensor, settings: Tensor) -> Tensor:
                beta1, beta2, rate, root, eps, decay, = torch.unbind(settings)
                m0 = torch.add_(torch.mul_(m, beta1), g, alpha=torch.sub(1., float(beta1)))
                v0 = torch.addcmul_(torch.mul_(v, beta2), g, g, value=torch.sub(1., float(beta2)))
                denominator = torch.add_(torch.div_(torch.sqrt(v), root), eps)
                w0 = torch.addcdiv_(w, m, denominator, value=torch.neg(float(rate)))
                e0 = torch.add_(torch.mul_(ema, decay), w, alpha=torch.sub(1., float(decay)))
                return w
            """;

    /**
     * Whether a convolution is asked of oneDNN by name: PyTorch takes it for a lone small image
     * otherwise to its own kernels, which are slower and round otherwise.
     */
    static final String DIRECT =
            """
              def direct(self: __torch__.Program, x: Tensor) -> bool:
                return torch.__not__(torch.__or__(torch.is_grad_enabled(), torch.__or__(ops.prim.is_cuda(x), torch.ne(ops.prim.dtype(x), 6))))
            """;

    /** The same where PyTorch was built without oneDNN. */
    static final String NEVER_DIRECT =
            """
              def direct(self: __torch__.Program, x: Tensor) -> bool:
                return False
            """;

    private ScoreMethods() {}
}

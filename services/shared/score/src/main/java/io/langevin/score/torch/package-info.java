/**
 * PyTorch: its libraries, its devices and threads, and programs that it runs. {@link
 * io.langevin.score.torch.DeviceChoice} is the door, {@link io.langevin.score.torch.TorchModule}
 * runs programs there.
 */
package io.langevin.score.torch;

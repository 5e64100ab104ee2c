package dev.sirocco.apps;

import picocli.CommandLine.Command;

/** {@code sirocco doctor}: whether all is well with this machine. */
@Command(name = "doctor", mixinStandardHelpOptions = true, description = "Checks this machine and says what is missing.")
final class Doctor implements Runnable {
    @Override
    public void run() {
    }
}

/** A stack frame with the name of a loop. */
package com.approck.healthcheck.agent.sample.netty.channel.nio;
